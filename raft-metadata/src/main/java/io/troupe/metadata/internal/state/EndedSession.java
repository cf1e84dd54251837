package io.troupe.metadata.internal.state;

import io.troupe.metadata.SessionId;

/**
 * A session whose settled messages are kept for a while, ordered by when it ended.
 *
 * @param endedAtMillis the cluster's time at its end; 0 if no leader had written a time yet
 * @param id            the session
 */
public record EndedSession(long endedAtMillis, SessionId id) implements Comparable<EndedSession> {
    @Override
    public int compareTo(EndedSession other) {
        int byTime = Long.compare(endedAtMillis, other.endedAtMillis);
        return byTime != 0 ? byTime : id.compareTo(other.id);
    }
}
