package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import io.troupe.metadata.Op.Settle;
import io.troupe.metadata.SettledWindow;
import io.troupe.metadata.TxnResult.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The settled messages of one channel: one bit each, and what else than the usual outcome without a reply they ended
 * with. Immutable. Only the sender's floor, never a gap that closes, moves the floor.
 */
public final class Settlements implements SettledWindow {
    /** The outcome that, without a reply, costs one bit. */
    public static final int USUAL_OUTCOME = 1;

    /** The window of a channel that nothing was settled in. */
    public static final Settlements EMPTY = new Settlements(1, new long[0], KeyIndex.empty(), 0);

    private static final byte[] NO_BYTES = {};
    private static final Settlement USUAL = new Settlement(USUAL_OUTCOME, NO_BYTES);

    /** At least 1. */
    private final long floor;

    /**
     * Bit {@code s & 63} of word {@code (s >>> 6) - (floor >>> 6)} is set if s is settled. The bits below the floor are
     * clear, and the last word is not 0.
     */
    private final long[] bits;

    /** The unusual ends; every key is a settled sequence. */
    private final KeyIndex<Long, Settlement> unusual;

    /** The sum of the replies' lengths, at most {@link #MAX_REPLY_BYTES}. */
    private final int replyBytes;

    private Settlements(long floor, long[] bits, KeyIndex<Long, Settlement> unusual, int replyBytes) {
        this.floor = floor;
        this.bits = bits;
        this.unusual = unusual;
        this.replyBytes = replyBytes;
    }

    /**
     * The window with these parts, as {@link #floor()}, {@link #words()}, and {@link #forEachUnusual} gave them.
     *
     * @param floor   the floor
     * @param words   the bits
     * @param unusual the ends that take more than a bit
     * @return the window
     * @throws IllegalArgumentException if they do not make a window
     */
    public static Settlements of(long floor, long[] words, KeyIndex<Long, Settlement> unusual) {
        if (floor < 1 || words.length > MAX_LENGTH / Long.SIZE + 1) {
            throw new IllegalArgumentException("floor " + floor + " with " + words.length + " words of bits");
        }
        int last = words.length - 1;
        if (last >= 0 && (words[last] == 0 || (words[0] & ~(-1L << (floor & 63))) != 0)) {
            throw new IllegalArgumentException("bits below the floor " + floor + ", or an empty last word");
        }
        Settlements bare = new Settlements(floor, words.clone(), KeyIndex.empty(), 0);
        if (bare.highest() - floor >= MAX_LENGTH) {
            throw new IllegalArgumentException("sequence " + bare.highest() + " too far above the floor " + floor);
        }
        long[] bytes = {0};
        unusual.visitFrom(null, (sequence, end) -> {
            if (sequence < floor || !bare.isSettled(sequence)) {
                throw new IllegalArgumentException("an outcome for sequence " + sequence + ", which is not settled");
            }
            bytes[0] += end.reply().length;
            return true;
        });
        if (bytes[0] > MAX_REPLY_BYTES) {
            throw new IllegalArgumentException(bytes[0] + " bytes of replies");
        }
        return new Settlements(floor, bare.bits, unusual, (int) bytes[0]);
    }

    @Override
    public long floor() {
        return floor;
    }

    @Override
    public long highest() {
        if (bits.length == 0) {
            return floor - 1;
        }
        int last = bits.length - 1;
        return (((floor >>> 6) + last) << 6) + 63 - Long.numberOfLeadingZeros(bits[last]);
    }

    @Override
    public boolean isSettled(long sequence) {
        return sequence < floor || isMarked(sequence);
    }

    @Override
    public @Nullable Settlement settlement(long sequence) {
        if (sequence < floor || !isMarked(sequence)) {
            return null;
        }
        Settlement kept = unusual.get(sequence);
        return kept == null ? USUAL : kept;
    }

    /** {@return the bits, 64 sequences a word, from the word that has the floor} */
    public long[] words() {
        return bits.clone();
    }

    /** {@return how many ends take more than a bit} */
    public int unusualCount() {
        return unusual.size();
    }

    /**
     * Visits the ends that take more than a bit, ascending.
     *
     * @param visitor called with sequence and end
     */
    public void forEachUnusual(BiConsumer<Long, Settlement> visitor) {
        unusual.visitFrom(null, (sequence, end) -> {
            visitor.accept(sequence, end);
            return true;
        });
    }

    /** Why the message cannot be settled, or null if it can. */
    @Nullable
    Reason refusal(Settle settle) {
        long raised = Math.max(floor, settle.floor());
        if (settle.sequence() < raised) {
            return Reason.BELOW_FLOOR;
        }
        if (isMarked(settle.sequence())) {
            return Reason.SETTLED;
        }
        boolean full = settle.sequence() - raised >= MAX_LENGTH
                || replyBytesFrom(raised) > MAX_REPLY_BYTES - settle.reply().length;
        return full ? Reason.WINDOW_FULL : null;
    }

    /** The window with exactly this message settled, its floor raised. Not to be called when it is refused. */
    Settlements with(Settle settle) {
        long raised = Math.max(floor, settle.floor());
        long highest = Math.max(highest(), settle.sequence());
        long[] moved = new long[(int) ((highest >>> 6) - (raised >>> 6)) + 1];
        long skipped = (raised >>> 6) - (floor >>> 6);
        if (skipped < bits.length) {
            System.arraycopy(bits, (int) skipped, moved, 0, bits.length - (int) skipped);
        }
        moved[0] &= -1L << (raised & 63);
        moved[(int) ((settle.sequence() >>> 6) - (raised >>> 6))] |= 1L << (settle.sequence() & 63);

        boolean usual = settle.outcome() == USUAL_OUTCOME && settle.reply().length == 0;
        if (usual && unusual.size() == 0) {
            return new Settlements(raised, moved, unusual, 0);
        }
        KeyIndex.Editor<Long, Settlement> kept = unusual.edit();
        int bytes = replyBytesFrom(raised);
        unusualBelow(raised).forEach(kept::remove);
        if (!usual) {
            kept.put(settle.sequence(), new Settlement(settle.outcome(), settle.reply()));
            bytes += settle.reply().length;
        }
        return new Settlements(raised, moved, kept.snapshot(), bytes);
    }

    /** What is left of the replies once the floor is raised: only that makes room, so it must count before. */
    private int replyBytesFrom(long raised) {
        int bytes = replyBytes;
        for (long forgotten : unusualBelow(raised)) {
            Settlement end = settlement(forgotten);
            bytes -= end == null ? 0 : end.reply().length;
        }
        return bytes;
    }

    private List<Long> unusualBelow(long raised) {
        if (unusual.size() == 0) {
            return List.of();
        }
        List<Long> below = new ArrayList<>();
        unusual.visitFrom(null, (sequence, end) -> sequence < raised && below.add(sequence));
        return below;
    }

    /** The sequence is not below the floor. */
    private boolean isMarked(long sequence) {
        long word = (sequence >>> 6) - (floor >>> 6);
        return word < bits.length && (bits[(int) word] & (1L << (sequence & 63))) != 0;
    }
}
