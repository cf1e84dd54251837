package io.troupe.actors;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether entities of a kind run on the threads that read from other nodes. Of a kind that says it does not wait; and
 * if it does after all, not for long: all that comes in waits behind it, keep-alives too. Any thread.
 */
final class Nearness {
    private static final Logger LOG = LoggerFactory.getLogger(Nearness.class);

    /** A turn that takes longer has waited for something, be it for the collector of garbage. */
    static final long LONG_NS = TimeUnit.MILLISECONDS.toNanos(10);

    /** So many of them within a minute are no accident. */
    static final int MOST_LONG = 3;

    private static final long WITHIN_NS = TimeUnit.MINUTES.toNanos(1);

    private final Kind<?> kind;
    private final LongSupplier clock;
    private volatile boolean allowed;

    /** Since when long turns are counted, and how many there were; guarded by this. */
    private long sinceNs;

    private int tooLong;

    /** @param clock says the time, in ns */
    Nearness(Kind<?> kind, LongSupplier clock) {
        this.kind = kind;
        this.clock = clock;
        allowed = kind.options().nonBlocking();
    }

    boolean isAllowed() {
        return allowed;
    }

    void run(Runnable turn) {
        long beginNs = clock.getAsLong();
        turn.run();
        long endNs = clock.getAsLong();
        if (endNs - beginNs > LONG_NS) {
            onLong(beginNs, endNs);
        }
    }

    private synchronized void onLong(long beginNs, long endNs) {
        if (tooLong == 0 || endNs - sinceNs > WITHIN_NS) {
            sinceNs = beginNs;
            tooLong = 0;
        }
        tooLong++;
        if (tooLong >= MOST_LONG && allowed) {
            allowed = false;
            LOG.warn(
                    "{} is nonBlocking, but {} of its turns took more than {} ms within a minute, the last one {} ms, and"
                            + " all that came from other nodes waited behind them: they run on the dispatcher from now on."
                            + " Find what they wait for, or leave nonBlocking out",
                    kind,
                    tooLong,
                    TimeUnit.NANOSECONDS.toMillis(LONG_NS),
                    TimeUnit.NANOSECONDS.toMillis(endNs - beginNs));
        }
    }
}
