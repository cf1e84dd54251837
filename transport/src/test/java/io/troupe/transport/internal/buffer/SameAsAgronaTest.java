package io.troupe.transport.internal.buffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The same calls on Agrona's buffer and on the one without a flag: the same answers, refusals and bytes. */
class SameAsAgronaTest {
    private static final int CAPACITY = 96;
    private static final ByteOrder[] ORDERS = {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN};
    private static final String[] TEXTS = {"", "a", "troupe", "12", "-7", "grün", "漢字", "0042", "x1"};

    /** One call, which must do the same to both. */
    private interface Call {
        Object on(MutableDirectBuffer buffer);
    }

    private static String answer(Supplier<Object> call) {
        try {
            return String.valueOf(call.get());
        } catch (IndexOutOfBoundsException e) {
            return "out of bounds";
        } catch (NumberFormatException e) {
            return "no number";
        } catch (IllegalArgumentException e) {
            return "illegal argument";
        } catch (IllegalStateException e) {
            return "illegal state";
        }
    }

    private static Object unit(Runnable call) {
        call.run();
        return "done";
    }

    private static byte[] bytes(MutableDirectBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private static AtomicBuffer wrap(AtomicBuffer buffer, int kind, byte[] initial) {
        switch (kind) {
            case 0 -> buffer.wrap(initial.clone());
            case 1 -> buffer.wrap(Arrays.copyOf(initial, initial.length + 24), 8, initial.length);
            case 2 -> buffer.wrap(ByteBuffer.allocateDirect(initial.length).put(initial));
            case 3 -> buffer.wrap(ByteBuffer.allocateDirect(initial.length + 16).put(8, initial), 8, initial.length);
            default -> {
                ByteBuffer part = ByteBuffer.wrap(Arrays.copyOf(initial, initial.length + 9))
                        .slice(1, initial.length + 3);
                buffer.wrap(part, 2, initial.length);
            }
        }
        return buffer;
    }

    @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
    void everyCallDoesTheSame(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] initial = new byte[CAPACITY];
        random.nextBytes(initial);
        int kind = random.nextInt(5);
        AtomicBuffer theirs = wrap(new UnsafeBuffer(0, 0), kind, initial);
        AtomicBuffer ours = wrap(new VarHandleBuffer(), kind, initial);
        assertThat(ours.capacity()).isEqualTo(theirs.capacity());
        assertThat(ours.wrapAdjustment()).isEqualTo(theirs.wrapAdjustment());
        assertThat(ours.byteArray() == null).isEqualTo(theirs.byteArray() == null);
        assertThat(ours.byteBuffer() == null).isEqualTo(theirs.byteBuffer() == null);
        List<String> calls = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int number = random.nextInt(58);
            Call call = call(number, new Random(random.nextLong()).nextLong());
            calls.add(String.valueOf(number));
            String expected = answer(() -> call.on(theirs));
            assertThat(answer(() -> call.on(ours))).as("calls %s", calls).isEqualTo(expected);
            if (expected.equals("no number")) {
                ours.putBytes(0, bytes(theirs)); // What a refused call has half written is nobody's promise.
            }
            assertThat(bytes(ours)).as("calls %s", calls).isEqualTo(bytes(theirs));
        }
    }

    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void aBufferThatGrowsDoesTheSame(@ForAll long seed) {
        Random random = new Random(seed);
        ExpandableArrayBuffer theirs = new ExpandableArrayBuffer();
        GrowingBuffer ours = new GrowingBuffer();
        for (int i = 0; i < 40; i++) {
            int offset = random.nextInt(4) == 0 ? random.nextInt(2000) : 0;
            long chance = random.nextLong();
            String theirAnswer = answer(() -> writing(chance, offset).on(theirs));
            assertThat(answer(() -> writing(chance, offset).on(ours))).isEqualTo(theirAnswer);
            int both = Math.min(ours.capacity(), theirs.capacity());
            assertThat(Arrays.copyOf(bytes(ours), both)).isEqualTo(Arrays.copyOf(bytes(theirs), both));
        }
    }

    private static Call writing(long chance, int offset) {
        Random random = new Random(chance);
        String text = TEXTS[random.nextInt(TEXTS.length)];
        int value = random.nextInt();
        return switch (random.nextInt(7)) {
            case 0 -> buffer -> unit(() -> buffer.putLong(offset, value));
            case 1 -> buffer -> buffer.putStringUtf8(offset, text);
            case 2 -> buffer -> buffer.putStringAscii(offset, text);
            case 3 ->
                buffer -> unit(() -> buffer.putBytes(offset, text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            case 4 -> buffer -> buffer.putIntAscii(offset, value);
            case 5 -> buffer -> unit(() -> buffer.setMemory(offset, 100, (byte) value));
            default -> buffer -> unit(() -> buffer.putByte(offset - 1, (byte) value));
        };
    }

    /** Indexes are sometimes out of bounds. */
    private static Call call(int number, long chance) {
        Random random = new Random(chance);
        int index = random.nextInt(CAPACITY + 4) - 2;
        int length = random.nextInt(8) == 0 ? random.nextInt(CAPACITY) : random.nextInt(9);
        long value = random.nextBoolean() ? random.nextLong() : random.nextInt(2000) - 1000;
        ByteOrder order = ORDERS[random.nextInt(2)];
        String text = TEXTS[random.nextInt(TEXTS.length)];
        int eight = Math.floorMod(index, CAPACITY / 8) * 8;
        return number < 30
                ? numbers(number, index, value, order)
                : number < 47
                        ? texts(number, index, length, value, order, text)
                        : blocks(number, index, length, value, eight, random.nextLong());
    }

    private static Call numbers(int number, int index, long value, ByteOrder order) {
        return switch (number) {
            case 0 -> buffer -> buffer.getLong(index);
            case 1 -> buffer -> buffer.getLong(index, order);
            case 2 -> buffer -> unit(() -> buffer.putLong(index, value));
            case 3 -> buffer -> unit(() -> buffer.putLong(index, value, order));
            case 4 -> buffer -> buffer.getInt(index);
            case 5 -> buffer -> buffer.getInt(index, order);
            case 6 -> buffer -> unit(() -> buffer.putInt(index, (int) value));
            case 7 -> buffer -> unit(() -> buffer.putInt(index, (int) value, order));
            case 8 -> buffer -> buffer.getShort(index);
            case 9 -> buffer -> buffer.getShort(index, order);
            case 10 -> buffer -> unit(() -> buffer.putShort(index, (short) value));
            case 11 -> buffer -> unit(() -> buffer.putShort(index, (short) value, order));
            case 12 -> buffer -> (int) buffer.getChar(index);
            case 13 -> buffer -> (int) buffer.getChar(index, order);
            case 14 -> buffer -> unit(() -> buffer.putChar(index, (char) value));
            case 15 -> buffer -> unit(() -> buffer.putChar(index, (char) value, order));
            case 16 -> buffer -> Double.doubleToRawLongBits(buffer.getDouble(index));
            case 17 -> buffer -> Double.doubleToRawLongBits(buffer.getDouble(index, order));
            case 18 -> buffer -> unit(() -> buffer.putDouble(index, value / 3.0));
            case 19 -> buffer -> unit(() -> buffer.putDouble(index, value / 3.0, order));
            case 20 -> buffer -> Float.floatToRawIntBits(buffer.getFloat(index));
            case 21 -> buffer -> Float.floatToRawIntBits(buffer.getFloat(index, order));
            case 22 -> buffer -> unit(() -> buffer.putFloat(index, value / 3.0f));
            case 23 -> buffer -> unit(() -> buffer.putFloat(index, value / 3.0f, order));
            case 24 -> buffer -> buffer.getByte(index);
            case 25 -> buffer -> unit(() -> buffer.putByte(index, (byte) value));
            case 26 -> buffer -> unit(() -> buffer.checkLimit(index));
            case 27 -> buffer -> buffer.isExpandable();
            default -> buffer -> unit(() -> buffer.boundsCheck(index, (int) (value & 127)));
        };
    }

    private static Call texts(int number, int index, int length, long value, ByteOrder order, String text) {
        int natural = (int) Math.abs(value % 1000);
        return switch (number) {
            case 30 -> buffer -> buffer.putStringAscii(index, text);
            case 31 -> buffer -> buffer.putStringAscii(index, text, order);
            case 32 -> buffer -> buffer.putStringWithoutLengthAscii(index, text, text.length() / 2, length);
            case 33 -> buffer -> buffer.putStringUtf8(index, text);
            case 34 -> buffer -> buffer.putStringUtf8(index, text, order, length);
            case 35 -> buffer -> buffer.putStringWithoutLengthUtf8(index, text);
            case 36 ->
                buffer -> {
                    int end = buffer.putStringUtf8(8, text, order);
                    return buffer.getStringUtf8(8, order) + buffer.getStringUtf8(8, end - 4);
                };
            case 37 ->
                buffer -> {
                    StringBuilder found = new StringBuilder();
                    buffer.putStringAscii(8, (CharSequence) text, order);
                    buffer.getStringAscii(8, found, order);
                    return found + buffer.getStringAscii(8, order);
                };
            case 38 -> buffer -> buffer.getStringWithoutLengthUtf8(index, length);
            case 39 -> buffer -> buffer.putIntAscii(index, (int) value);
            case 40 -> buffer -> buffer.putLongAscii(index, value);
            case 41 -> buffer -> buffer.putNaturalIntAscii(index, natural);
            case 42 -> buffer -> buffer.putNaturalLongAscii(index, natural);
            case 43 ->
                buffer -> unit(() -> buffer.putNaturalPaddedIntAscii(Math.floorMod(index, 80), length % 9, natural));
            case 44 -> buffer -> buffer.putNaturalIntAsciiFromEnd(natural, Math.max(4, index));
            case 45 ->
                buffer -> {
                    int count = buffer.putStringWithoutLengthAscii(16, text);
                    return answer(() -> buffer.parseNaturalIntAscii(16, count))
                            + answer(() -> buffer.parseNaturalLongAscii(16, count));
                };
            default ->
                buffer -> {
                    int count = buffer.putStringWithoutLengthAscii(16, text);
                    return answer(() -> buffer.parseIntAscii(16, count))
                            + answer(() -> buffer.parseLongAscii(16, count));
                };
        };
    }

    private static Call blocks(int number, int index, int length, long value, int eight, long fill) {
        byte[] other = new byte[length];
        new Random(fill).nextBytes(other);
        return switch (number) {
            case 47 -> buffer -> unit(() -> buffer.setMemory(index, length, (byte) value));
            case 48 ->
                buffer -> {
                    byte[] read = new byte[length + 2];
                    buffer.getBytes(index, read, 1, length);
                    return Arrays.toString(read);
                };
            case 49 -> buffer -> unit(() -> buffer.putBytes(index, other, length / 2, length - length / 2));
            case 50 ->
                buffer -> {
                    ByteBuffer target =
                            ByteBuffer.allocate(length + 3).position(1).limit(1 + length / 2);
                    String answer = answer(() -> unit(() -> buffer.getBytes(index, target, 2, length)));
                    return answer + Arrays.toString(target.array());
                };
            case 51 ->
                buffer -> {
                    ByteBuffer source =
                            ByteBuffer.allocateDirect(length + 3).put(1, other).position(1);
                    buffer.putBytes(index, source, length);
                    return source.position();
                };
            case 52 -> buffer -> unit(() -> buffer.putBytes(index, new UnsafeBuffer(other), 0, length));
            case 53 ->
                buffer -> {
                    VarHandleBuffer target = new VarHandleBuffer();
                    target.wrap(new byte[length + 1]);
                    buffer.getBytes(index, target, 1, length);
                    return Arrays.toString(bytes(target));
                };
            case 54 -> buffer -> Integer.signum(buffer.compareTo(new UnsafeBuffer(other)));
            case 55 ->
                buffer -> {
                    AtomicBuffer atomic = (AtomicBuffer) buffer;
                    if (atomic.byteArray() == null) { // Of an array Agrona only complains, on the standard error.
                        atomic.verifyAlignment();
                    }
                    return "aligned";
                };
            default -> buffer -> unit(() -> buffer.putBytes(eight, buffer, Math.max(0, eight - 3), 5));
        };
    }

    /** What threads share is off the heap. */
    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void everyAtomicCallDoesTheSame(@ForAll long seed) {
        Random random = new Random(seed);
        AtomicBuffer theirs = new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY));
        AtomicBuffer ours = new VarHandleBuffer();
        ours.wrap(ByteBuffer.allocateDirect(CAPACITY));
        ours.verifyAlignment();
        for (int i = 0; i < 60; i++) {
            int call = random.nextInt(34);
            int at = (random.nextInt(CAPACITY / 8 + 2) - 1) * 8;
            long value = random.nextInt(3);
            String expected = answer(() -> atomic(theirs, call, at, value));
            assertThat(answer(() -> atomic(ours, call, at, value)))
                    .as("call %d", call)
                    .isEqualTo(expected);
            assertThat(bytes(ours)).as("call %d", call).isEqualTo(bytes(theirs));
        }
    }

    private static Object atomic(AtomicBuffer buffer, int call, int at, long value) {
        int number = (int) value;
        return switch (call) {
            case 0 -> buffer.getLongVolatile(at);
            case 1 -> buffer.getLongAcquire(at);
            case 2 -> buffer.getLongOpaque(at);
            case 3 -> unit(() -> buffer.putLongVolatile(at, value));
            case 4 -> unit(() -> buffer.putLongOrdered(at, value));
            case 5 -> unit(() -> buffer.putLongRelease(at, value));
            case 6 -> unit(() -> buffer.putLongOpaque(at, value));
            case 7 -> buffer.addLongOrdered(at, value);
            case 8 -> buffer.addLongRelease(at, value);
            case 9 -> buffer.addLongOpaque(at, value);
            case 10 -> buffer.compareAndSetLong(at, 1, value);
            case 11 -> buffer.compareAndExchangeLong(at, 1, value);
            case 12 -> buffer.getAndSetLong(at, value);
            case 13 -> buffer.getAndAddLong(at, value);
            case 14 -> buffer.getIntVolatile(at);
            case 15 -> buffer.getIntAcquire(at);
            case 16 -> buffer.getIntOpaque(at);
            case 17 -> unit(() -> buffer.putIntVolatile(at, number));
            case 18 -> unit(() -> buffer.putIntOrdered(at, number));
            case 19 -> unit(() -> buffer.putIntRelease(at, number));
            case 20 -> unit(() -> buffer.putIntOpaque(at, number));
            case 21 -> buffer.addIntOrdered(at, number);
            case 22 -> buffer.addIntRelease(at, number);
            case 23 -> buffer.addIntOpaque(at, number);
            case 24 -> buffer.compareAndSetInt(at, 1, number);
            case 25 -> buffer.compareAndExchangeInt(at, 1, number);
            case 26 -> buffer.getAndSetInt(at, number);
            case 27 -> buffer.getAndAddInt(at, number);
            case 28 -> buffer.getShortVolatile(at);
            case 29 -> unit(() -> buffer.putShortVolatile(at, (short) number));
            case 30 -> (int) buffer.getCharVolatile(at);
            case 31 -> unit(() -> buffer.putCharVolatile(at, (char) number));
            case 32 -> buffer.getByteVolatile(at);
            default -> unit(() -> buffer.putByteVolatile(at, (byte) number));
        };
    }

    /** Agrona's ring, on its own buffer and on ours. */
    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void aRingOnItIsTheSameRing(@ForAll long seed) {
        Random random = new Random(seed);
        int length = 256 + RingBufferDescriptor.TRAILER_LENGTH;
        AtomicBuffer memory = new VarHandleBuffer();
        memory.wrap(ByteBuffer.allocateDirect(length));
        ManyToOneRingBuffer ours = new ManyToOneRingBuffer(memory);
        ManyToOneRingBuffer theirs = new ManyToOneRingBuffer(new UnsafeBuffer(ByteBuffer.allocateDirect(length)));
        for (int i = 0; i < 150; i++) {
            long chance = random.nextLong();
            assertThat(answer(() -> ring(ours, chance))).isEqualTo(answer(() -> ring(theirs, chance)));
            assertThat(ours.producerPosition()).isEqualTo(theirs.producerPosition());
            assertThat(ours.consumerPosition()).isEqualTo(theirs.consumerPosition());
        }
    }

    private static Object ring(ManyToOneRingBuffer ring, long chance) {
        Random random = new Random(chance);
        byte[] body = new byte[random.nextInt(36)];
        random.nextBytes(body);
        List<String> found = new ArrayList<>();
        switch (random.nextInt(6)) {
            case 0, 1 ->
                found.add("wrote " + ring.write(1 + random.nextInt(9), new UnsafeBuffer(body), 0, body.length));
            case 2 -> {
                int claimed = ring.tryClaim(3, body.length);
                found.add("claimed " + claimed);
                if (claimed > 0) {
                    ring.buffer().putBytes(claimed, body);
                    if (random.nextBoolean()) {
                        ring.commit(claimed);
                    } else {
                        ring.abort(claimed);
                    }
                }
            }
            case 3 -> found.add("unblocked " + ring.unblock());
            default ->
                ring.read(
                        (type, buffer, index, length) -> {
                            byte[] read = new byte[length];
                            buffer.getBytes(index, read);
                            found.add(type + " " + Arrays.toString(read));
                        },
                        1 + random.nextInt(4));
        }
        return found;
    }

    @Example
    void addressesAreRefusedWithTheFlagThatGivesThem() {
        assertThatThrownBy(() -> new VarHandleBuffer().addressOffset())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("--add-exports java.base/jdk.internal.misc=ALL-UNNAMED");
        assertThatThrownBy(() -> new VarHandleBuffer().wrap(4096L, 8))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> new GrowingBuffer().wrap(new byte[8]))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("a buffer that grows has its own array");
    }

    @Example
    void aViewThatMovesOverOneArrayMakesNoGarbage() {
        byte[] bytes = new byte[64];
        VarHandleBuffer view = new VarHandleBuffer();
        view.wrap(bytes);
        ByteBuffer first = view.memory;
        view.wrap(bytes, 8, 16);
        assertThat(view.memory).isSameAs(first);
        assertThat(view.capacity()).isEqualTo(16);
        assertThat(view).hasToString("VarHandleBuffer[capacity=16, start=8, on the heap]");
    }
}
