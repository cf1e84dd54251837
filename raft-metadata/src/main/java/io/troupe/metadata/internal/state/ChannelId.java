package io.troupe.metadata.internal.state;

import io.troupe.metadata.SessionId;

/**
 * One sender's way to one shard.
 *
 * @param session the sender's session
 * @param shard   the target shard
 */
public record ChannelId(SessionId session, int shard) implements Comparable<ChannelId> {
    @Override
    public int compareTo(ChannelId other) {
        int bySession = session.compareTo(other.session);
        return bySession != 0 ? bySession : Integer.compare(shard, other.shard);
    }

    @Override
    public String toString() {
        return session + " to shard " + shard;
    }
}
