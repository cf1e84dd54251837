package io.troupe.metadata.internal.codec;

import java.util.List;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.WatchEvent;
import org.jspecify.annotations.Nullable;

/** The parts of the state that messages and snapshots share, written and read one by one. */
public final class EventCodec {
    /** The shortest encoding of a session id: an empty node id and a small incarnation. */
    public static final int LEAST_SESSION_ID_BYTES = 2;

    /** The shortest encoding of a key with its value. */
    public static final int LEAST_KEY_VALUE_BYTES = 6;

    /** The shortest encoding of a change. */
    public static final int LEAST_EVENT_BYTES = 3;

    private static final int PUT = 1;
    private static final int DELETE = 2;

    private EventCodec() {}

    /**
     * Writes a change.
     *
     * @param to    the writer
     * @param event the change
     */
    public static void writeEvent(ByteWriter to, WatchEvent event) {
        if (event instanceof WatchEvent.Put put) {
            to.writeByte(PUT);
            writeKeyValue(to, put.entry());
        } else {
            to.writeByte(DELETE);
            to.writeString(event.key());
            to.writeVarLong(event.revision());
        }
    }

    /**
     * {@return a change}
     *
     * @param from the reader
     */
    public static WatchEvent readEvent(ByteReader from) {
        int code = from.readByte();
        return switch (code) {
            case PUT -> new WatchEvent.Put(readKeyValue(from));
            case DELETE -> new WatchEvent.Delete(from.readString(), from.readVarLong());
            default -> throw from.expected("a change from 1 to 2 before here, not " + code);
        };
    }

    /**
     * Writes a key.
     *
     * @param to    the writer
     * @param entry the key
     */
    public static void writeKeyValue(ByteWriter to, KeyValue entry) {
        to.writeString(entry.key());
        to.writeBytes(entry.value());
        to.writeVarLong(entry.createRevision());
        to.writeVarLong(entry.modRevision());
        to.writeVarLong(entry.version());
        writeOptionalSessionId(to, entry.session());
    }

    /**
     * {@return a key}
     *
     * @param from the reader
     */
    public static KeyValue readKeyValue(ByteReader from) {
        return new KeyValue(
                from.readString(),
                from.readBytes(),
                from.readVarLong(),
                from.readVarLong(),
                from.readVarLong(),
                readOptionalSessionId(from));
    }

    /**
     * Writes a session id.
     *
     * @param to      the writer
     * @param session the session
     */
    public static void writeSessionId(ByteWriter to, SessionId session) {
        to.writeString(session.nodeId());
        to.writeVarLong(session.incarnation());
    }

    /**
     * {@return a session id}
     *
     * @param from the reader
     */
    public static SessionId readSessionId(ByteReader from) {
        return new SessionId(from.readString(), from.readVarLong());
    }

    /**
     * Writes a session.
     *
     * @param to      the writer
     * @param session the session
     */
    public static void writeSession(ByteWriter to, Session session) {
        writeSessionId(to, session.id());
        to.writeString(session.storageId());
        to.writeVarLong(session.ttlMillis());
        to.writeVarLong(session.renewedAt());
        to.writeBoolean(session.open());
    }

    /**
     * {@return a session}
     *
     * @param from the reader
     */
    public static Session readSession(ByteReader from) {
        return new Session(
                readSessionId(from), from.readString(), from.readVarLong(), from.readVarLong(), from.readBoolean());
    }

    /**
     * Writes a leader.
     *
     * @param to     the writer
     * @param leader the leader
     */
    public static void writeLeader(ByteWriter to, Leader leader) {
        to.writeString(leader.nodeId());
        to.writeVarLong(leader.term());
    }

    /**
     * {@return a leader}
     *
     * @param from the reader
     */
    public static Leader readLeader(ByteReader from) {
        return new Leader(from.readString(), from.readVarLong());
    }

    static void writeOptionalSessionId(ByteWriter to, @Nullable SessionId session) {
        to.writeBoolean(session != null);
        if (session != null) {
            writeSessionId(to, session);
        }
    }

    static @Nullable SessionId readOptionalSessionId(ByteReader from) {
        return from.readBoolean() ? readSessionId(from) : null;
    }

    static void writeSessionIds(ByteWriter to, List<SessionId> sessions) {
        to.writeVarInt(sessions.size());
        sessions.forEach(session -> writeSessionId(to, session));
    }

    static List<SessionId> readSessionIds(ByteReader from) {
        return from.readList(LEAST_SESSION_ID_BYTES, EventCodec::readSessionId);
    }
}
