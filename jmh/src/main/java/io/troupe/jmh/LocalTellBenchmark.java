package io.troupe.jmh;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Messages within a process, without a cluster. Run with {@code -prof gc}: the message is made once. */
@State(Scope.Benchmark)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is measured
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LocalTellBenchmark {
    /** Messages of one invocation; fewer than a mailbox holds. */
    private static final int BURST = 50_000;

    /** Made by the JMH runner. */
    public LocalTellBenchmark() {}

    private record Last(CountDownLatch handled) {}

    /** Handed on with the ball, so one player at a time has it. */
    private static final class Rally {
        int left = BURST;
        final CountDownLatch over = new CountDownLatch(1);
    }

    private record Ball(Pid<Ball> from, Rally rally) {}

    private record Ask() implements Query<String> {}

    private static final Ask ASK = new Ask();
    private static final Object MESSAGE = new Object();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final LocalActorSystem system = ActorSystem.create("bench");
    private Pid<Object> sink = system.spawn(new Sink(), "sink");
    private Pid<Ask> answering = system.spawn((message, context) -> context.reply(message, "yes"), "answering");
    private final Kind<Ball> players =
            Kind.of("player", Ball.class, () -> player()).mailbox(10, Overflow.REJECT);
    private Pid<Ball> one = system.spawn(players, "one");
    private Pid<Ball> two = system.spawn(players, "two");

    private static final class Sink implements Handler<Object> {
        @Override
        public void receive(Object message, ActorContext<Object> context) {
            if (message instanceof Last last) {
                last.handled().countDown();
            }
        }
    }

    private static Handler<Ball> player() {
        return (ball, context) -> {
            if (ball.rally().left-- == 0) {
                ball.rally().over.countDown();
            } else {
                ball.from().tell(new Ball(context.self(), ball.rally()));
            }
        };
    }

    /**
     * The first turns start the handlers.
     *
     * @throws InterruptedException if the run is ended
     */
    @Setup
    public void start() throws InterruptedException {
        SendOutcome unused = tell();
    }

    /** Ends the threads. */
    @TearDown
    public void stop() {
        system.close();
    }

    /**
     * {@return how the last tell ended} One thread tells, a worker handles.
     *
     * @throws InterruptedException if the run is ended
     */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public SendOutcome tell() throws InterruptedException {
        for (int i = 1; i < BURST; i++) {
            sink.tell(MESSAGE);
        }
        CountDownLatch handled = new CountDownLatch(1);
        SendOutcome last = sink.tell(new Last(handled)).getNow(null);
        handled.await();
        return last;
    }

    /** {@return the answer} A thread asks and waits. */
    @Benchmark
    public String ask() {
        return answering.ask(ASK, LIMIT).join();
    }

    /**
     * Two actors that tell each other; one operation is one message, with the record that it carries.
     *
     * @throws InterruptedException if the run is ended
     */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void pingPong() throws InterruptedException {
        Rally rally = new Rally();
        one.tell(new Ball(two, rally));
        rally.over.await();
    }
}
