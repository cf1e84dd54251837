package io.troupe.jmh.bench;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.cluster.DeliveryGuarantee;
import org.HdrHistogram.Histogram;

/** Very many reminders of as many entities, first due at one moment, then spread over some time. */
final class ReminderBursts {
    /** So many are due in a second when not all are at once: as many as are to be reached. */
    private static final int DUE_PER_SECOND = 10_000;

    /** Between the last one that is set and the first that is due, at least. */
    private static final long CALM_MILLIS = 1_000;

    /** Setting them is expected to go half as fast as pages were written. */
    private static final int SLOWER = 2;

    private static final int LIMIT_SECONDS = 60;
    private static final long LOOK_MILLIS = 100;

    private final Report report;
    private final BenchCluster cluster;
    private final int count;
    private final double perSecond;

    /** @param perSecond durable effects that the cluster makes, about */
    ReminderBursts(Report report, BenchCluster cluster, int count, double perSecond) {
        this.report = report;
        this.cluster = cluster;
        this.count = count;
        this.perSecond = perSecond;
    }

    void run() throws InterruptedException {
        Histogram atOnce = fire(0);
        double seconds = Math.max(1, atOnce.getMaxValue()) / 1e3;
        report.measured(Target.REMINDERS_RATE, count / seconds, describe(atOnce) + ", all due at once");
        long spreadMillis = TimeUnit.SECONDS.toMillis(count) / DUE_PER_SECOND;
        Histogram spread = fire(spreadMillis);
        report.measured(
                Target.REMINDERS_LATE,
                spread.getMaxValue() / 1e3,
                describe(spread) + ", due within " + spreadMillis + " ms");
    }

    /** {@return from due time to commit, in ms} */
    private Histogram fire(long spreadMillis) throws InterruptedException {
        cluster.nodes().forEach(node -> node.ask("forget", LIMIT_SECONDS));
        ClusterActorSystem client = cluster.client();
        long dueMillis = System.currentTimeMillis() + CALM_MILLIS + (long) (1e3 * SLOWER * count / perSecond);
        ScaleLoad load = new ScaleLoad(n -> client.entity(ScaleNode.ALARM, "alarm-" + n)
                .tell(new ScaleNode.Arm(dueMillis + n * spreadMillis / count), DeliveryGuarantee.EXACTLY_ONCE));
        double armed = load.run(count);
        long leftMillis = dueMillis - System.currentTimeMillis();
        if (leftMillis < 0) {
            throw new BenchException(
                    "the reminders were set " + -leftMillis + " ms too late: the machine is too slow at the moment");
        }
        report.say("%,d reminders set, %,.0f a second", count, armed);
        TimeUnit.MILLISECONDS.sleep(leftMillis + spreadMillis);
        long start = System.nanoTime();
        Histogram late = late();
        while (late.getTotalCount() < count) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                throw new BenchException(late.getTotalCount() + " of " + count + " reminders have come " + LIMIT_SECONDS
                        + " s after they were due");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            late = late();
        }
        return late;
    }

    private Histogram late() {
        Histogram all = new Histogram(TimeUnit.HOURS.toMillis(1), 3);
        List<String> answers = cluster.nodes().stream()
                .map(node -> node.ask("late", LIMIT_SECONDS))
                .toList();
        answers.forEach(answer -> all.add(ScaleNode.decoded(answer)));
        return all;
    }

    private static String describe(Histogram millis) {
        return String.format(
                Locale.ROOT,
                "%,d reminders, late by p50 %,d, p99 %,d, max %,d ms",
                millis.getTotalCount(),
                millis.getValueAtPercentile(50),
                millis.getValueAtPercentile(99),
                millis.getMaxValue());
    }
}
