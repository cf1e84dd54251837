package io.troupe.jmh.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
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
import io.troupe.actors.Overflow;
import io.troupe.actors.Pid;
import io.troupe.actors.Query;
import io.troupe.cluster.SendOutcome;
import org.HdrHistogram.Histogram;

/** Actors of one process, without a cluster: messages between them, and how many there can be. */
final class LocalFigures {
    /** Fewer than a mailbox holds. */
    private static final int BURST = 50_000;

    private static final int MOST_ACTORS = 1_000_000;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Object MESSAGE = new Object();
    private static final Ask ASK = new Ask();

    private final Rounds rounds;
    private final Report report;

    private record Last(CountDownLatch handled) {}

    private record Ask() implements Query<String> {}

    /** Handed on with the ball, so one player at a time has it. */
    private static final class Rally {
        int left = BURST;
        final CountDownLatch over = new CountDownLatch(1);
    }

    private record Ball(Pid<Ball> from, Rally rally) {}

    private static final class Sink implements Handler<Object> {
        @Override
        public void receive(Object message, ActorContext<Object> context) {
            if (message instanceof Last last) {
                last.handled().countDown();
            }
        }
    }

    LocalFigures(Rounds rounds, Report report) {
        this.rounds = rounds;
        this.report = report;
    }

    void messages() throws InterruptedException {
        ExecutorService worker = Executors.newSingleThreadExecutor();
        try (LocalActorSystem system = ActorSystem.create("figures")) {
            Pid<Object> sink = system.spawn(new Sink(), "sink");
            report.measured(
                    Target.LOCAL_TELL_THREAD,
                    rate(() -> burst(sink)),
                    "bursts of 50,000, each handled before the next");
            Pid<Last> source = system.spawn((last, context) -> fill(sink, last), "source");
            report.measured(
                    Target.LOCAL_TELL_ACTOR,
                    rate(() -> {
                        CountDownLatch handled = new CountDownLatch(1);
                        SendOutcome unused = source.tell(new Last(handled)).getNow(null);
                        handled.await();
                    }),
                    "bursts of 50,000, each handled before the next");
            Pid<Ask> answering = system.spawn((ask, context) -> context.reply(ask, "yes"), "answering");
            Histogram nanos = asks(answering);
            report.measured(Target.LOCAL_ASK, Rounds.micros(nanos, 50), Rounds.quantiles(nanos));
            Kind<Ball> players = Kind.of("player", Ball.class, LocalFigures::player)
                    .mailbox(10, Overflow.REJECT)
                    .on(worker);
            Pid<Ball> one = system.spawn(players, "one");
            Pid<Ball> two = system.spawn(players, "two");
            double perSecond = rate(() -> {
                Rally rally = new Rally();
                SendOutcome unused = one.tell(new Ball(two, rally)).getNow(null);
                rally.over.await();
            });
            report.measured(
                    Target.LOCAL_PING_PONG,
                    1e6 / perSecond,
                    "mean of a message in rallies of 50,000, median of rounds");
        } finally {
            worker.shutdownNow();
        }
    }

    private static Handler<Ball> player() {
        return (ball, context) -> {
            if (ball.rally().left-- == 0) {
                ball.rally().over.countDown();
            } else {
                SendOutcome unused =
                        ball.from().tell(new Ball(context.self(), ball.rally())).getNow(null);
            }
        };
    }

    private static void burst(Pid<Object> sink) throws InterruptedException {
        CountDownLatch handled = new CountDownLatch(1);
        fill(sink, new Last(handled));
        handled.await();
    }

    private static void fill(Pid<Object> sink, Last last) {
        for (int i = 1; i < BURST; i++) {
            SendOutcome unused = sink.tell(MESSAGE).getNow(null);
        }
        SendOutcome unused = sink.tell(last).getNow(null);
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
                messages += BURST;
            }
            if (round >= 0) {
                rates[round] = messages * 1e9 / (System.nanoTime() - begin);
            }
        }
        return Rounds.median(rates);
    }

    private Histogram asks(Pid<Ask> answering) {
        Histogram nanos = Rounds.histogram();
        for (int i = -rounds.roundTrips(); i < rounds.rounds() * rounds.roundTrips(); i++) {
            long start = System.nanoTime();
            String unused = answering.ask(ASK, LIMIT).join();
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
