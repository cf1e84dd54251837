package io.troupe.metadata;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A session with a short lease that a test renews in real time. Whoever lets half of the lease pass without a renewal,
 * because the machine stopped or was busy, knows nothing about the store: what failed is tried again with a longer
 * lease. A session that ends although it was renewed in time fails the test.
 */
public final class BriefSession {
    /** A machine that stops for longer than this cannot test a lease. */
    private static final long LONGEST_TTL = 10_000;

    private final MetadataStore store;
    private final long ttlMillis;
    private final SessionId id;

    /** When the last renewal that was answered was asked for: the lease runs at least from here. */
    private long renewedNs = System.nanoTime();

    private BriefSession(MetadataStore store, long ttlMillis) {
        this.store = store;
        this.ttlMillis = ttlMillis;
        id = MetadataStoreFixture.get(store.openSession(ttlMillis));
    }

    /** Takes the steps with a session of that lease, or of a longer one, and answers which session that was. */
    public static SessionId renewedInTime(MetadataStore store, long ttlMillis, Consumer<BriefSession> steps) {
        long ttl = ttlMillis;
        while (true) {
            BriefSession session = new BriefSession(store, ttl);
            try {
                steps.accept(session);
                return session.id;
            } catch (AssertionError e) {
                if (!session.mayHaveEnded() || ttl > LONGEST_TTL) {
                    throw e;
                }
                ttl *= 2;
            }
        }
    }

    public SessionId id() {
        return id;
    }

    public long ttlMillis() {
        return ttlMillis;
    }

    /** Renews it, and answers the revision of the proof. */
    public long renew() {
        long askedNs = System.nanoTime();
        long revision = MetadataStoreFixture.get(store.keepAlive());
        renewedNs = askedNs;
        return revision;
    }

    private boolean mayHaveEnded() {
        return System.nanoTime() - renewedNs > TimeUnit.MILLISECONDS.toNanos(ttlMillis / 2);
    }
}
