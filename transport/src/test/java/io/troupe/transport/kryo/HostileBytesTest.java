package io.troupe.transport.kryo;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.sun.management.ThreadMXBean;
import io.troupe.transport.TransportException;
import io.troupe.transport.kryo.Messages.Circle;
import io.troupe.transport.kryo.Messages.Holder;
import io.troupe.transport.kryo.Messages.Node;
import io.troupe.transport.kryo.Messages.Order;
import io.troupe.transport.kryo.Messages.Plain;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

class HostileBytesTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final List<Object> SAMPLES =
            Stream.concat(KryoCodecTest.values(), KryoCodecTest.collections()).toList();

    /** Of a size of some hundred thousand. */
    private static final int SIZE_BYTES = 3;

    private final KryoCodec codec = new KryoCodec(Messages.registry());

    private static byte[] forge(int classId, java.util.function.Consumer<Output> body) {
        Output output = new Output(64, -1);
        output.writeInt(classId);
        body.accept(output);
        return output.toBytes();
    }

    private void assertUndecodable(byte[] bytes) {
        byte[] before = bytes.clone();
        assertThatThrownBy(() -> codec.decode(bytes))
                .isInstanceOf(TransportException.class)
                .extracting(failure -> ((TransportException) failure).code())
                .isEqualTo(TransportException.Code.UNDECODABLE);
        assertThat(bytes).as("the caller's array").isEqualTo(before);
    }

    @Property(tries = 1000)
    void randomBytesAreAMessageOrUndecodable(
            @ForAll @Size(max = 64) byte[] body, @ForAll @IntRange(min = -1, max = 140) int id) {
        decodeOrRefuse(forge(id < 127 ? id : 1000 + id - 127, output -> output.writeBytes(body)));
    }

    @Property(tries = 1000)
    void aMessageWithOneByteChangedIsAMessageOrUndecodable(
            @ForAll @IntRange(min = 0, max = 10_000) int sample,
            @ForAll @IntRange(min = 0, max = 10_000) int place,
            @ForAll byte value) {
        byte[] bytes = codec.encode(SAMPLES.get(sample % SAMPLES.size()));
        bytes[place % bytes.length] = value;
        decodeOrRefuse(bytes);
        decodeOrRefuse(Arrays.copyOf(bytes, place % bytes.length));
    }

    private void decodeOrRefuse(byte[] bytes) {
        try {
            assertThat(codec.decode(bytes)).isNotNull();
        } catch (TransportException refused) {
            assertThat(refused.code()).isEqualTo(TransportException.Code.UNDECODABLE);
        }
        Order order = new Order(1, 2, 3, "x", (byte) 4);
        assertThat(codec.decode(codec.encode(order))).isEqualTo(order);
    }

    @Test
    void aDeclaredSizeIsNotBelievedWithoutTheBytesToFillIt() {
        List<Object> sized = List.of(
                "漢字",
                new byte[1],
                new int[1],
                new long[1],
                new double[1],
                new float[1],
                new short[1],
                new char[1],
                new boolean[1],
                new String[1],
                new Object[1],
                new Order[1],
                new ArrayList<>(List.of(1)),
                List.of(1, 2),
                new HashMap<>(java.util.Map.of(1, 1)),
                java.util.Set.of(1, 2),
                new java.util.BitSet(),
                java.math.BigInteger.TEN.pow(40),
                new java.util.PriorityQueue<>(List.of(1)));
        for (Object each : sized) {
            byte[] good = codec.encode(each);
            for (int size : new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE - 8, 1 << 30, 100_000_000, -1}) {
                byte[] forged = forge(codec.classId(each), output -> {
                    if (each instanceof java.util.PriorityQueue) {
                        output.writeByte(0);
                    }
                    if (each instanceof String) {
                        output.writeVarIntFlag(true, size, true);
                    } else {
                        output.writeVarInt(size, true);
                    }
                    output.writeBytes(good, 4, good.length - 4);
                });
                long before = THREADS.getCurrentThreadAllocatedBytes();
                assertUndecodable(forged);
                assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                        .as("bytes allocated for a forged size %d of %s", size, each.getClass())
                        .isLessThan(8_000_000);
            }
        }
    }

    /** Each alone could be filled by the bytes that remain; together they could not. */
    @Test
    void theSizesOfArraysAndListsInEachOtherAreNotAllBelieved() {
        int length = 1024 * 1024 - 16;
        int depth = MessageKryo.MAX_DEPTH - 4;
        Object array = new Object[1];
        Object list = new ArrayList<>();
        for (List<Object> kinds : List.of(List.of(array), List.of(list), List.of(array, list))) {
            byte[] forged = nestOfSizes(kinds, depth, length);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            Throwable refused = catchThrowable(() -> codec.decode(forged));
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes allocated for %d forged sizes in each other of %s", depth, kinds)
                    .isLessThan(8_000_000);
            assertThat(refused)
                    .isInstanceOf(TransportException.class)
                    .hasMessageStartingWith(length + " bytes are no message (KryoException: a size of ");
        }
    }

    /** The kinds in turn, each the first element of the one before it, and each as long as what remains. */
    private byte[] nestOfSizes(List<Object> kinds, int depth, int length) {
        byte[] start = forge(codec.classId(kinds.get(0)), output -> {
            for (int level = 0; level < depth; level++) {
                if (level > 0) {
                    output.writeVarInt(codec.classId(kinds.get(level % kinds.size())) + 2, true);
                }
                output.writeVarInt(length - output.position() - SIZE_BYTES, true);
            }
        });
        return Arrays.copyOf(start, length);
    }

    @Test
    void arraysAndListsInEachOtherMayTakeEveryByteThatRemains() {
        Object[] innermost = {null, null};
        Object lists = new ArrayList<>(List.of(new ArrayList<>(Arrays.asList(innermost))));
        Object[] message = {null, innermost, lists, new Object[] {innermost}};
        for (Object each : new Object[] {lists, message, new Object[] {message, message, lists}}) {
            assertThat(codec.decode(codec.encode(each)))
                    .usingRecursiveComparison()
                    .isEqualTo(each);
        }
    }

    @Test
    void aClassGivenByNameIsNeitherLoadedNorNamed() {
        String name = HostileBytesTest.class.getPackageName() + ".Bait";
        int holder = codec.classId(new Node(null));
        byte[] forged = forge(holder, output -> {
            output.writeVarInt(1, true);
            output.writeVarInt(0, true);
            output.writeString(name);
        });
        assertThat(isLoaded(name)).isFalse();
        assertThatThrownBy(() -> codec.decode(forged)).hasMessageContaining("only registered numbers are accepted");
        assertThat(isLoaded(name)).isFalse();
    }

    /** Whether our class loader has been asked for the class; asks the JVM without loading it. */
    static boolean isLoaded(String name) {
        // The only witness that needs no open package is the JVM's own list.
        try {
            Object histogram = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new javax.management.ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "vmClassHierarchy",
                            new Object[] {new String[] {}},
                            new String[] {String[].class.getName()});
            return String.valueOf(histogram).contains(name);
        } catch (javax.management.JMException unavailable) {
            throw new IllegalStateException(unavailable);
        }
    }

    @Test
    void aForgedNestIsRefusedBeforeTheStackEnds() {
        int node = codec.classId(new Node(null));
        byte[] forged = forge(node, output -> {
            for (int i = 0; i < 400_000; i++) {
                output.writeVarInt(node + 2, true);
            }
        });
        assertUndecodable(forged);
        assertThat(codec.decode(codec.encode("fine"))).isEqualTo("fine");
    }

    @Test
    void aValueOfAnotherClassNeverLandsInAField() {
        // Both hold a Shape; a forged class id puts a string there.
        for (Object message : List.of(new Holder(new Circle(1)), new Plain(1, "x", new Circle(1)))) {
            byte[] good = codec.encode(message);
            byte[] circle = {(byte) 0xF0, 7};
            int at = indexOf(good, circle);
            byte[] forged = Arrays.copyOf(good, at + 3);
            // Kryo's number of String, then a string of one character.
            forged[at] = 3;
            forged[at + 1] = (byte) ('a' | 0x80);
            assertUndecodable(Arrays.copyOf(forged, at + 2));
        }
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int i = 0; i <= bytes.length - part.length; i++) {
            if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("not found in " + Arrays.toString(bytes));
    }

    @Test
    void unknownNumbersEmptyBytesAndBytesTooManyAreRefused() {
        assertUndecodable(new byte[0]);
        assertUndecodable(new byte[3]);
        assertUndecodable(forge(4711, output -> {}));
        assertUndecodable(forge(-1, output -> {}));
        byte[] longer = codec.encode("x");
        assertUndecodable(Arrays.copyOf(longer, longer.length + 1));
        assertThatThrownBy(() -> codec.decode(forge(4711, output -> {}))).hasMessageContaining("class id 4711");
        assertThatThrownBy(() -> codec.decode(new UnsafeBuffer(new byte[4]), 2, 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** A method that we do not know could allocate before it checks. */
    @Test
    void everyMethodOfTheInputThatTakesALengthIsChecked() {
        List<String> unchecked = new ArrayList<>();
        for (Method method : Input.class.getDeclaredMethods()) {
            boolean makesAnArray = method.getReturnType().isArray()
                    || method.getReturnType() == String.class
                    || method.getReturnType() == StringBuilder.class;
            boolean callable = !java.lang.reflect.Modifier.isPrivate(method.getModifiers());
            if (makesAnArray && callable && method.getName().startsWith("read")) {
                boolean overridden = Arrays.stream(BoundedInput.class.getDeclaredMethods())
                        .anyMatch(own -> own.getName().equals(method.getName())
                                && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
                if (!overridden) {
                    unchecked.add(method.toString());
                }
            }
        }
        assertThat(unchecked).isEmpty();
    }
}
