package io.troupe.actors;

import java.util.concurrent.atomic.LongAdder;

import io.troupe.cluster.SendOutcome;

/** What became of the messages that this node has sent above AT_MOST_ONCE. Any thread. */
final class Traffic {
    /**
     * Shortest time over which a rate is taken: whoever looks again sooner gets the last one, and does not disturb it.
     */
    static final long RATE_NS = 1_000_000_000;

    private final LongAdder sent = new LongAdder();
    private final LongAdder done = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final LongAdder notExecuted = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LatencyHistogram latency = new LatencyHistogram();
    /** When the present time of a rate began, and how many were done then; under the lock. */
    private long beganNs;

    private long doneThen;
    /** Of the time before the present one; negative before there was one. */
    private double rate = -1;

    Traffic(long nowNs) {
        beganNs = nowNs;
    }

    void onSent() {
        sent.increment();
    }

    void onEnded(SendOutcome outcome, long tookNs) {
        if (outcome instanceof SendOutcome.Committed
                || outcome instanceof SendOutcome.Processed
                || outcome instanceof SendOutcome.Rejected) {
            done.increment();
            nanos.add(tookNs);
            latency.record(tookNs);
        } else if (outcome instanceof SendOutcome.Failed) {
            failed.increment();
        } else if (outcome instanceof SendOutcome.Unknown) {
            unknown.increment();
        } else {
            notExecuted.increment();
        }
    }

    synchronized NodeMetrics.Messages messages(long nowNs) {
        long handled = done.sum();
        long elapsedNs = nowNs - beganNs;
        double present = elapsedNs > 0 ? (handled - doneThen) * 1e9 / elapsedNs : 0;
        if (elapsedNs >= RATE_NS) {
            beganNs = nowNs;
            doneThen = handled;
            rate = present;
        }
        return new NodeMetrics.Messages(
                sent.sum(),
                handled,
                failed.sum(),
                unknown.sum(),
                notExecuted.sum(),
                rate < 0 ? present : rate,
                handled == 0 ? 0 : nanos.sum() / handled,
                latency.percentile(0.5),
                latency.percentile(0.99),
                latency.percentile(1));
    }
}
