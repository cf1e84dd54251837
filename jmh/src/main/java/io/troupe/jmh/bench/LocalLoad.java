package io.troupe.jmh.bench;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ActorSystem;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.LocalActorSystem;
import io.troupe.actors.Overflow;
import io.troupe.actors.Pid;
import io.troupe.actors.Query;
import io.troupe.cluster.SendOutcome;
import org.jspecify.annotations.Nullable;

/** A system without a cluster and actors to load it with. One thread at a time. */
public final class LocalLoad implements AutoCloseable {
    /** Messages of one burst or rally; fewer than a mailbox holds. */
    public static final int BURST = 50_000;

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Object MESSAGE = new Object();
    private static final Ask ASK = new Ask();

    private final LocalActorSystem system = ActorSystem.create("load");
    private final Pid<Object> sink;
    private final Pid<Last> source;
    private final Pid<Ask> answering;
    private final Pid<Ball> one;
    private final Pid<Ball> two;

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

    /**
     * Starts the actors.
     *
     * @param table runs the two players of {@link #rally}; null for the system's own threads
     */
    public LocalLoad(@Nullable Executor table) {
        sink = system.spawn(new Sink(), "sink");
        source = system.spawn((last, context) -> fill(sink, last), "source");
        answering = system.spawn((ask, context) -> context.reply(ask, "yes"), "answering");
        Kind<Ball> players = Kind.of("player", Ball.class, LocalLoad::player).mailbox(10, Overflow.REJECT);
        Kind<Ball> placed = table == null ? players : players.on(table);
        one = system.spawn(placed, "one");
        two = system.spawn(placed, "two");
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

    /**
     * This thread tells {@link #BURST} messages, a worker handles them.
     *
     * @throws InterruptedException if the run is ended
     */
    public void burst() throws InterruptedException {
        CountDownLatch handled = new CountDownLatch(1);
        fill(sink, new Last(handled));
        handled.await();
    }

    /**
     * An actor tells {@link #BURST} messages, another one handles them.
     *
     * @throws InterruptedException if the run is ended
     */
    public void actorBurst() throws InterruptedException {
        CountDownLatch handled = new CountDownLatch(1);
        SendOutcome unused = source.tell(new Last(handled)).getNow(null);
        handled.await();
    }

    /** {@return the answer} This thread asks and waits. */
    public String ask() {
        return answering.ask(ASK, LIMIT).join();
    }

    /**
     * Two actors that tell each other {@link #BURST} messages, each with the record that it carries.
     *
     * @throws InterruptedException if the run is ended
     */
    public void rally() throws InterruptedException {
        Rally rally = new Rally();
        SendOutcome unused = one.tell(new Ball(two, rally)).getNow(null);
        rally.over.await();
    }

    private static void fill(Pid<Object> sink, Last last) {
        for (int i = 1; i < BURST; i++) {
            SendOutcome unused = sink.tell(MESSAGE).getNow(null);
        }
        SendOutcome unused = sink.tell(last).getNow(null);
    }

    /** Ends the threads. */
    @Override
    public void close() {
        system.close();
    }
}
