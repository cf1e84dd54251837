package io.troupe.metadata.internal.follow;

import java.util.List;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.WatchEvent;
import org.jspecify.annotations.Nullable;

/** What a follower and a voter say to each other. Any of these may be lost, late or repeated. */
sealed interface FollowMessage {
    /** The stream it belongs to; the follower numbers its streams upwards. */
    long stream();

    /**
     * Please send me these keys, from here on; ends an earlier stream of this follower.
     *
     * @param stream   the new stream
     * @param revision what the follower has; 0 for nothing
     * @param prefixes the keys it follows
     */
    record Start(long stream, long revision, List<String> prefixes) implements FollowMessage {}

    /**
     * I have everything up to this message.
     *
     * @param stream   the stream
     * @param sequence the last message received
     */
    record Ack(long stream, long sequence) implements FollowMessage {}

    /**
     * A part of the state at one revision.
     *
     * @param stream   the stream
     * @param sequence its place in the stream, from 1
     * @param revision the revision of the whole
     * @param first    true for the first part: what came before is void
     * @param last     true for the last part
     * @param entries  the keys, ascending
     */
    record Page(long stream, long sequence, long revision, boolean first, boolean last, List<KeyValue> entries)
            implements FollowMessage {}

    /**
     * Everything that changed since the last message, maybe nothing.
     *
     * @param stream   the stream
     * @param sequence its place in the stream, from 1
     * @param revision the follower now has everything up to here
     * @param events   the changes of followed keys
     * @param status   what is no key
     */
    record Changed(long stream, long sequence, long revision, List<WatchEvent> events, Status status)
            implements FollowMessage {}

    /**
     * Asks a voter that this follower does not follow how far it is.
     *
     * @param stream the stream at the voter that is followed
     */
    record Ask(long stream) implements FollowMessage {}

    /**
     * How far a voter is.
     *
     * @param stream   of the question
     * @param revision what the voter has applied
     */
    record Position(long stream, long revision) implements FollowMessage {}

    /**
     * The part of the state that is no key.
     *
     * @param clusterTimeMillis the cluster's time
     * @param leader            the leader
     * @param sessions          those that changed since the stream's last status
     */
    record Status(long clusterTimeMillis, @Nullable Leader leader, List<Session> sessions) {}
}
