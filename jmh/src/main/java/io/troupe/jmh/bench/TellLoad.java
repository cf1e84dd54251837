package io.troupe.jmh.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.actors.Pid;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Messages to volatile entities on the other node. What counts is what was handled: a sender alone can always be fast.
 */
final class TellLoad {
    private static final Duration ASK_LIMIT = Duration.ofSeconds(10);
    private static final int LOOKS_AT_THE_CLOCK = 64;
    private static final BenchNode.Add ONE = new BenchNode.Add(1);

    private final BenchCluster cluster;
    private final Rounds rounds;
    private final Report report;

    /**
     * What is measured.
     *
     * @param rate      of handled messages
     * @param cpu       per handled message
     * @param switches  per handled message
     * @param guarantee of every message
     * @param pairs     sending threads, each with entities of its own
     * @param entities  of each pair, told in turn
     */
    record Line(
            Target rate,
            @Nullable Target cpu,
            @Nullable Target switches,
            DeliveryGuarantee guarantee,
            int pairs,
            int entities) {}

    /** One thread's part of a round. */
    private interface Sender {
        /** {@return handled messages, as far as the sender knows} */
        long send() throws InterruptedException;
    }

    TellLoad(BenchCluster cluster, Rounds rounds, Report report) {
        this.cluster = cluster;
        this.rounds = rounds;
        this.report = report;
    }

    void measure(Line line) throws IOException, InterruptedException {
        List<List<Pid<BenchNode.Note>>> targets = new ArrayList<>();
        for (int pair = 0; pair < line.pairs; pair++) {
            List<Pid<BenchNode.Note>> own = new ArrayList<>();
            for (int n = 0; n < line.entities; n++) {
                own.add(cluster.client().entity(BenchNode.ECHO, line.rate + "-" + pair + "-" + n));
            }
            targets.add(own);
        }
        AtomicLong refused = new AtomicLong();
        List<Sender> senders = new ArrayList<>();
        for (List<Pid<BenchNode.Note>> own : targets) {
            Flood flood = new Flood(line.guarantee, Flood.WINDOW / line.pairs, n -> own.get(n % own.size()));
            senders.add(
                    line.guarantee == DeliveryGuarantee.AT_MOST_ONCE
                            ? () -> tellAtMostOnce(own, refused)
                            : () -> flood.count(rounds.millis()));
        }
        List<Pid<BenchNode.Note>> all = targets.stream().flatMap(List::stream).toList();
        double[] rates = new double[rounds.rounds()];
        long handled = 0;
        long sent = 0;
        drain(all);
        CostMeter meter = CostMeter.start(cluster.nodes());
        for (int round = -1; round < rates.length; round++) { // The first one warms up.
            if (round == 0) {
                refused.set(0);
                meter = CostMeter.start(cluster.nodes());
            }
            Drained before = drain(all);
            long start = System.nanoTime();
            long told = together(senders);
            Drained after = drain(all);
            if (round >= 0) {
                rates[round] = (after.sum - before.sum) * 1e9 / (after.atNs - start);
                handled += after.sum - before.sum;
                sent += told;
            }
        }
        meter.stop();
        report(line, meter, Rounds.median(rates), handled, sent, refused.get());
    }

    private void report(Line line, CostMeter meter, double rate, long handled, long sent, long refused) {
        String detail = String.format(
                Locale.ROOT, "%,d of %,d handled, told again after back-pressure %,d times", handled, sent, refused);
        report.measured(line.rate, rate, detail);
        if (line.cpu != null && line.switches != null) {
            meter.report(report, line.cpu, cost -> cost.cpuSeconds() * 1e6 / handled, cost -> "");
            meter.report(report, line.switches, cost -> cost.switches() / (double) handled, cost -> "");
        }
    }

    private long tellAtMostOnce(List<Pid<BenchNode.Note>> own, AtomicLong refused) {
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(rounds.millis());
        long sent = 0;
        while (sent % LOOKS_AT_THE_CLOCK != 0 || System.nanoTime() - untilNs < 0) {
            Pid<BenchNode.Note> target = own.get((int) (sent % own.size()));
            long again = 0;
            while (!(target.tell(ONE, DeliveryGuarantee.AT_MOST_ONCE).getNow(null) instanceof SendOutcome.Accepted)) {
                again++;
                YieldingIdleStrategy.INSTANCE.idle();
            }
            if (again > 0) {
                refused.addAndGet(again);
            }
            sent++;
        }
        return sent;
    }

    private static long together(List<Sender> senders) throws InterruptedException {
        if (senders.size() == 1) {
            return senders.get(0).send();
        }
        List<CompletableFuture<Long>> ends = new ArrayList<>();
        for (Sender sender : senders) {
            CompletableFuture<Long> end = new CompletableFuture<>();
            Thread thread = new Thread(
                    () -> {
                        try {
                            end.complete(sender.send());
                        } catch (InterruptedException | RuntimeException e) {
                            end.completeExceptionally(e);
                        }
                    },
                    "troupe-bench-sender");
            thread.setDaemon(true);
            thread.start();
            ends.add(end);
        }
        long sent = 0;
        for (CompletableFuture<Long> end : ends) {
            sent += end.join();
        }
        return sent;
    }

    /** What all have handled, and when that was known. */
    private record Drained(long sum, long atNs) {}

    /** Asks until the sum stays the same: a question may overtake what was told with another guarantee. */
    private static Drained drain(List<Pid<BenchNode.Note>> all) throws InterruptedException {
        long last = -1;
        long atNs = 0;
        while (true) {
            List<CompletableFuture<BenchNode.Total>> answers = all.stream()
                    .map(one -> one.ask(new BenchNode.Read(), ASK_LIMIT))
                    .toList();
            long now = 0;
            try {
                for (CompletableFuture<BenchNode.Total> answer : answers) {
                    now += answer.join().sum();
                }
            } catch (CompletionException e) {
                throw new BenchException("the entities no longer answer: " + e.getCause());
            }
            if (now == last) {
                return new Drained(now, atNs);
            }
            last = now;
            atNs = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }
}
