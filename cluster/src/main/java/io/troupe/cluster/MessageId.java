package io.troupe.cluster;

import io.troupe.metadata.SessionId;

/**
 * The identity of one message above AT_MOST_ONCE. Session and shard name the channel, the sequence its place in it.
 *
 * @param session  the sender's session
 * @param shard    the target shard
 * @param sequence from 1
 */
public record MessageId(SessionId session, int shard, long sequence) {
    @Override
    public String toString() {
        return session + "/" + shard + "/" + sequence;
    }
}
