package io.troupe.metadata.internal.state;

import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * One sender's way to one shard.
 *
 * @param session the sender's session
 * @param shard   the target shard
 */
public record ChannelId(SessionId session, int shard) implements Comparable<ChannelId> {
    // By hand, as those of the session.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof ChannelId channel && shard == channel.shard && session.equals(channel.session));
    }

    @Override
    public int hashCode() {
        return 31 * session.hashCode() + shard;
    }

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
