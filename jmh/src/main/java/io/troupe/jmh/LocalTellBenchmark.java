package io.troupe.jmh;

import java.util.concurrent.TimeUnit;

import io.troupe.jmh.bench.LocalLoad;
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
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LocalTellBenchmark {
    private final LocalLoad load = new LocalLoad(null);

    /** Made by the JMH runner. */
    public LocalTellBenchmark() {}

    /**
     * The first turns start the handlers.
     *
     * @throws InterruptedException if the run is ended
     */
    @Setup
    public void start() throws InterruptedException {
        load.burst();
    }

    /** Ends the threads. */
    @TearDown
    public void stop() {
        load.close();
    }

    /**
     * One thread tells, a worker handles.
     *
     * @throws InterruptedException if the run is ended
     */
    @Benchmark
    @OperationsPerInvocation(LocalLoad.BURST)
    public void tell() throws InterruptedException {
        load.burst();
    }

    /** {@return the answer} A thread asks and waits. */
    @Benchmark
    public String ask() {
        return load.ask();
    }

    /**
     * Two actors that tell each other; one operation is one message, with the record that it carries.
     *
     * @throws InterruptedException if the run is ended
     */
    @Benchmark
    @OperationsPerInvocation(LocalLoad.BURST)
    public void pingPong() throws InterruptedException {
        load.rally();
    }
}
