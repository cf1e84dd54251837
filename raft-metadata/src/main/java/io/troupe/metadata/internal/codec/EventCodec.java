package io.troupe.metadata.internal.codec;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.WatchEvent;

/** What a node without a log is told of the state: fields of messages, written and read one by one. */
public final class EventCodec {
    private EventCodec() {}

    /**
     * Writes a change.
     *
     * @param to the writer
     * @param event the change
     */
    public static void writeEvent(ByteWriter to, WatchEvent event) {}

    /**
     * {@return a change}
     *
     * @param from the reader
     */
    public static WatchEvent readEvent(ByteReader from) {
        return new WatchEvent.Delete("", 0);
    }

    /**
     * Writes a key.
     *
     * @param to the writer
     * @param entry the key
     */
    public static void writeKeyValue(ByteWriter to, KeyValue entry) {}

    /**
     * {@return a key}
     *
     * @param from the reader
     */
    public static KeyValue readKeyValue(ByteReader from) {
        return new KeyValue("", new byte[0], 0, 0, 0, null);
    }

    /**
     * Writes a session id.
     *
     * @param to the writer
     * @param session the session
     */
    public static void writeSessionId(ByteWriter to, SessionId session) {}

    /**
     * {@return a session id}
     *
     * @param from the reader
     */
    public static SessionId readSessionId(ByteReader from) {
        return new SessionId("", 0);
    }

    /**
     * Writes a session.
     *
     * @param to the writer
     * @param session the session
     */
    public static void writeSession(ByteWriter to, Session session) {}

    /**
     * {@return a session}
     *
     * @param from the reader
     */
    public static Session readSession(ByteReader from) {
        return new Session(new SessionId("", 0), "", 0, 0, false);
    }

    /**
     * Writes a leader.
     *
     * @param to the writer
     * @param leader the leader
     */
    public static void writeLeader(ByteWriter to, Leader leader) {}

    /**
     * {@return a leader}
     *
     * @param from the reader
     */
    public static Leader readLeader(ByteReader from) {
        return new Leader("", 0);
    }
}
