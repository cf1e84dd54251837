package io.troupe.metadata.internal.state;

import io.troupe.metadata.SessionId;

/** A key that ends with a session; ordered so that all keys of one session lie side by side. */
record BoundKey(SessionId session, String key) implements Comparable<BoundKey> {
    @Override
    public int compareTo(BoundKey other) {
        int bySession = session.compareTo(other.session);
        return bySession != 0 ? bySession : key.compareTo(other.key);
    }
}
