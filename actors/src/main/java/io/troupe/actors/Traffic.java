package io.troupe.actors;

import java.util.concurrent.atomic.LongAdder;

import io.troupe.cluster.SendOutcome;

/** What became of the messages that this node has sent above AT_MOST_ONCE. Any thread. */
final class Traffic {
    private final LongAdder sent = new LongAdder();
    private final LongAdder done = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final LongAdder notExecuted = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LatencyHistogram latency = new LatencyHistogram();
    /** When the rate was looked at last, and how many were done then; under the lock. */
    private long lookedAtNs;

    private long doneThen;

    Traffic(long nowNs) {
        lookedAtNs = nowNs;
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

    synchronized ClusterMetrics.Messages messages(long nowNs) {
        long handled = done.sum();
        double seconds = (nowNs - lookedAtNs) / 1e9;
        double rate = seconds > 0 ? (handled - doneThen) / seconds : 0;
        lookedAtNs = nowNs;
        doneThen = handled;
        return new ClusterMetrics.Messages(
                sent.sum(),
                handled,
                failed.sum(),
                unknown.sum(),
                notExecuted.sum(),
                rate,
                handled == 0 ? 0 : nanos.sum() / handled,
                latency.percentile(0.5),
                latency.percentile(0.99),
                latency.percentile(1));
    }
}
