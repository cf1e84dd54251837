package io.troupe.jmh.bench;

import java.nio.charset.StandardCharsets;

import io.troupe.transport.kryo.KryoCodec;
import io.troupe.transport.kryo.MessageRegistry;
import org.agrona.DirectBuffer;

/** A record of five fields through the default codec, written and read in a loop of this thread. */
final class CodecFigures {
    private static final int TIMES_AS_MANY = 100;
    private static final byte[] SYMBOL = "TROUPE".getBytes(StandardCharsets.ISO_8859_1);

    private CodecFigures() {}

    /** A message as services send it. */
    private record Order(long id, int quantity, double price, String symbol, boolean urgent) {}

    static void measure(Rounds rounds, Report report) {
        KryoCodec codec =
                new KryoCodec(MessageRegistry.builder().add(1000, Order.class).build());
        Order order = order();
        int count = rounds.roundTrips() * TIMES_AS_MANY;
        double[] nanos = new double[rounds.rounds()];
        long wrong = 0;
        for (int round = -1; round < nanos.length; round++) { // The first one warms up.
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                DirectBuffer bytes = codec.encodeView(order);
                Order read = (Order) codec.decode(bytes, 0, bytes.capacity());
                wrong += read.id() - order.id();
            }
            if (round >= 0) {
                nanos[round] = (double) (System.nanoTime() - start) / count;
            }
        }
        DirectBuffer bytes = codec.encodeView(order);
        int length = bytes.capacity();
        if (wrong != 0 || !order.equals(codec.decode(bytes, 0, length))) {
            throw new BenchException("the codec does not give back " + order);
        }
        double garbage = Allocation.of(() -> {
                    DirectBuffer written = codec.encodeView(order);
                    return codec.decode(written, 0, written.capacity());
                })
                - Allocation.of(CodecFigures::order);
        report.measured(Target.CODEC, Rounds.median(nanos), "a loop, with the processors it finds; see also JMH");
        report.measured(Target.CODEC_LENGTH, length, "");
        report.measured(Target.CODEC_GARBAGE, Math.max(0, garbage), "");
    }

    /** A message of its own, with a text of its own, as decoding makes it. */
    private static Order order() {
        return new Order(4_711, 12, 99.5, new String(SYMBOL, StandardCharsets.ISO_8859_1), true);
    }
}
