package io.troupe.jmh;

import java.util.concurrent.TimeUnit;

import io.troupe.transport.kryo.KryoCodec;
import io.troupe.transport.kryo.MessageRegistry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A message of five fields through the default codec. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {
    /** Made by the JMH runner. */
    public CodecBenchmark() {}

    /**
     * A message as services send it.
     *
     * @param id       a number
     * @param quantity a small number
     * @param price    a fraction
     * @param symbol   a short text
     * @param urgent   a flag
     */
    public record Order(long id, int quantity, double price, String symbol, boolean urgent) {}

    private final KryoCodec codec =
            new KryoCodec(MessageRegistry.builder().add(1000, Order.class).build());
    private final Order order = new Order(4_711, 12, 99.5, "TROUPE", true);
    private final byte[] encoded = codec.encode(order);

    /** {@return the bytes of the message} */
    @Benchmark
    public byte[] encode() {
        return codec.encode(order);
    }

    /** {@return the message of the bytes} */
    @Benchmark
    public Object decode() {
        return codec.decode(encoded, 0, encoded.length);
    }

    /** {@return the message after one trip} */
    @Benchmark
    public Object roundTrip() {
        byte[] bytes = codec.encode(order);
        return codec.decode(bytes, 0, bytes.length);
    }
}
