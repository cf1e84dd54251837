package io.troupe.transport.fuzz;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Changes valid bytes by chance and hands them to a decoder, again and again. Every input comes from one number: a
 * failure names it, and {@code -Dtroupe.fuzz.seed=N -Dtroupe.fuzz.count=1} is that input alone.
 */
public final class Fuzz {
    /** No decoder may take longer for all of its inputs. */
    private static final long PATIENCE_MILLIS = 120_000;

    private static final int MAX_EDITS = 6;
    private static final int[] NUMBERS = {
        0,
        1,
        -1,
        7,
        8,
        9,
        127,
        128,
        255,
        256,
        32_767,
        32_768,
        65_535,
        65_536,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE - 7,
        Integer.MIN_VALUE
    };

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final List<byte[]> corpus;
    private final int maxLength;
    private final long firstSeed = Long.getLong("troupe.fuzz.seed", 1);
    private volatile long seed;

    /** What is tried with every input: a failure is whatever it throws. */
    public interface Target {
        void accept(byte[] input, SplittableRandom random) throws Exception;
    }

    public Fuzz(List<byte[]> corpus, int maxLength) {
        this.corpus = corpus;
        this.maxLength = maxLength;
    }

    /** Runs the target that often, on a thread of its own; fails if it fails, or does not come back. */
    public void run(int times, Target target) {
        int count = Integer.getInteger("troupe.fuzz.count", times);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(
                () -> {
                    for (long next = firstSeed; next < firstSeed + count && failure.get() == null; next++) {
                        seed = next;
                        failure.set(once(next, target));
                    }
                },
                "fuzz");
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("after " + PATIENCE_MILLIS + " ms still busy in " + replay() + " at "
                    + Arrays.toString(thread.getStackTrace()));
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new AssertionError(failed + " in " + replay(), failed);
        }
    }

    /** Runs the call; fails if this thread allocates more than so many bytes for it. */
    public static void within(long bytes, Runnable call) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        call.run();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (allocated > bytes) {
            throw new TooMuch(allocated + " bytes were allocated, at most " + bytes + " are allowed");
        }
    }

    private static final class TooMuch extends AssertionError {
        private static final long serialVersionUID = 1L;

        TooMuch(String message) {
            super(message);
        }
    }

    private static @Nullable Throwable once(Target target, byte[] input, SplittableRandom random) {
        try {
            target.accept(input, random);
            return null;
        } catch (Exception | Error e) {
            return e;
        }
    }

    /** Loading a class allocates as well, once: what is too much has to be too much again. */
    private @Nullable Throwable once(long number, Target target) {
        Throwable failure = null;
        for (int tries = 0; tries == 0 || (tries < 3 && failure instanceof TooMuch); tries++) {
            SplittableRandom random = random(number);
            failure = once(target, input(random), random);
        }
        return failure;
    }

    private static SplittableRandom random(long number) {
        return new SplittableRandom(number * 0x9E3779B97F4A7C15L);
    }

    private String replay() {
        byte[] input = input(random(seed));
        return "input " + HexFormat.of().formatHex(input) + ": replay it with -Dtroupe.fuzz.seed=" + seed
                + " -Dtroupe.fuzz.count=1";
    }

    private byte[] input(SplittableRandom random) {
        byte[] bytes = one(random);
        for (int edits = random.nextInt(MAX_EDITS); edits > 0 && bytes.length > 0; edits--) {
            bytes = edit(bytes, random);
        }
        return bytes.length <= maxLength ? bytes : Arrays.copyOf(bytes, maxLength);
    }

    private byte[] one(SplittableRandom random) {
        return corpus.get(random.nextInt(corpus.size())).clone();
    }

    private byte[] edit(byte[] bytes, SplittableRandom random) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(9)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> putNumber(bytes, at, NUMBERS[random.nextInt(NUMBERS.length)], true);
            case 3 -> putNumber(bytes, at, NUMBERS[random.nextInt(NUMBERS.length)], false);
            case 4 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 5 -> {
                return join(bytes, bytes.length, one(random), 0);
            }
            case 6 -> {
                byte[] other = one(random);
                return join(bytes, at, other, other.length == 0 ? 0 : random.nextInt(other.length));
            }
            case 7 -> {
                byte[] inserted = new byte[1 + random.nextInt(12)];
                for (int i = 0; i < inserted.length; i++) {
                    inserted[i] = (byte) random.nextInt();
                }
                return join(join(bytes, at, inserted, 0), at + inserted.length, bytes, at);
            }
            default -> {
                int end = at + random.nextInt(bytes.length - at + 1);
                return join(bytes, at, bytes, end); // Without a part.
            }
        }
        return bytes;
    }

    private static void putNumber(byte[] bytes, int at, int number, boolean little) {
        int width = 1 << (at % 3);
        for (int i = 0; i < width && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (number >>> (8 * (little ? i : width - 1 - i)));
        }
    }

    private static byte[] join(byte[] first, int firstLength, byte[] second, int secondFrom) {
        byte[] all = Arrays.copyOf(first, firstLength + second.length - secondFrom);
        System.arraycopy(second, secondFrom, all, firstLength, second.length - secondFrom);
        return all;
    }
}
