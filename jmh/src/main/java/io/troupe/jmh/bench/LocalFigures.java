package io.troupe.jmh.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ActorSystem;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.LocalActorSystem;
import io.troupe.actors.Pid;
import org.HdrHistogram.Histogram;

/** Actors of one process, without a cluster: messages between them, and how many there can be. */
final class LocalFigures {
    private static final int MOST_ACTORS = 1_000_000;

    private final Rounds rounds;
    private final Report report;

    LocalFigures(Rounds rounds, Report report) {
        this.rounds = rounds;
        this.report = report;
    }

    void messages() throws InterruptedException {
        ExecutorService worker = Executors.newSingleThreadExecutor();
        try (LocalLoad load = new LocalLoad(worker)) {
            String bursts = "bursts of 50,000, each handled before the next";
            report.measured(Target.LOCAL_TELL_THREAD, rate(load::burst), bursts);
            report.measured(Target.LOCAL_TELL_ACTOR, rate(load::actorBurst), bursts);
            Histogram nanos = asks(load);
            report.measured(Target.LOCAL_ASK, Rounds.micros(nanos, 50), Rounds.quantiles(nanos));
            report.measured(
                    Target.LOCAL_PING_PONG,
                    1e6 / rate(load::rally),
                    "mean of a message in rallies of 50,000, median of rounds");
        } finally {
            worker.shutdownNow();
        }
    }

    private interface Burst {
        void run() throws InterruptedException;
    }

    /** Messages a second: the median of the rounds, after one that warms up. */
    private double rate(Burst burst) throws InterruptedException {
        double[] rates = new double[rounds.rounds()];
        for (int round = -1; round < rates.length; round++) {
            long begin = System.nanoTime();
            long endNs = begin + TimeUnit.MILLISECONDS.toNanos(rounds.millis());
            long messages = 0;
            while (System.nanoTime() - endNs < 0) {
                burst.run();
                messages += LocalLoad.BURST;
            }
            if (round >= 0) {
                rates[round] = messages * 1e9 / (System.nanoTime() - begin);
            }
        }
        return Rounds.median(rates);
    }

    private Histogram asks(LocalLoad load) {
        Histogram nanos = Rounds.histogram();
        for (int i = -rounds.roundTrips(); i < rounds.rounds() * rounds.roundTrips(); i++) {
            long start = System.nanoTime();
            String unused = load.ask();
            if (i >= 0) {
                nanos.recordValue(System.nanoTime() - start);
            }
        }
        return nanos;
    }

    /** One spawns all; an actor counts when its handler has started. */
    void actors() throws InterruptedException {
        int count = Math.min(MOST_ACTORS, rounds.messages());
        double[] rates = new double[rounds.rounds()];
        double[] bytes = new double[rounds.rounds()];
        for (int round = -1; round < rates.length; round++) {
            String[] ids = new String[count];
            for (int i = 0; i < count; i++) {
                ids[i] = "idle-" + i;
            }
            CountDownLatch started = new CountDownLatch(count);
            Kind<Object> kind = Kind.of("idle", Object.class, () -> new Idle(started));
            try (LocalActorSystem system = ActorSystem.create("crowd")) {
                long before = usedHeap();
                long begin = System.nanoTime();
                for (String id : ids) {
                    Pid<Object> unused = system.spawn(kind, id);
                }
                started.await();
                double seconds = (System.nanoTime() - begin) / 1e9;
                if (round >= 0) {
                    rates[round] = count / seconds;
                    bytes[round] = (double) (usedHeap() - before) / count;
                }
                if (system.activeActors() != count) {
                    throw new BenchException("only " + system.activeActors() + " actors live");
                }
            }
        }
        String detail = String.format(Locale.ROOT, "%,d local actors", count);
        report.measured(Target.SPAWN, Rounds.median(rates), detail + ", until all have started");
        report.measured(
                Target.ACTOR_HEAP, Rounds.median(bytes), detail + ", with their handlers, without the text of the id");
    }

    private record Idle(CountDownLatch started) implements Handler<Object> {
        @Override
        public void preStart(ActorContext<Object> context) {
            started.countDown();
        }

        @Override
        public void receive(Object message, ActorContext<Object> context) {
            throw new IllegalStateException("nobody sends anything");
        }
    }

    private static long usedHeap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            memory.gc();
            used = Math.min(used, memory.getHeapMemoryUsage().getUsed());
        }
        return used;
    }
}
