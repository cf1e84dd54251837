package io.troupe.transport.kryo;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.KryoBufferUnderflowException;

/**
 * Kryo's input over one array, with two changes: no array is made longer than what can fill it, and running out of
 * bytes fails at once (the original first moves the rest of the array to its front, which would spoil an array that
 * belongs to the caller). What can fill an array is what remains without the elements that the arrays around it still
 * wait for: so all that are being read together are no longer than the bytes.
 */
final class BoundedInput extends Input {
    private static final byte[] NOTHING = {};

    /** Elements that begun arrays and lists still wait for; each takes a byte or more. */
    private int awaited;

    BoundedInput() {
        super(NOTHING);
    }

    void release() {
        setBuffer(NOTHING);
        awaited = 0;
    }

    /** {@return the bytes that whatever comes next can have} */
    int free() {
        return limit - position - awaited;
    }

    /** {@return the declared length of an array or a list, for whose every element {@link #beginElement} is called} */
    int beginElements() {
        int count = Sizes.read(this, 1);
        awaited += count;
        return count;
    }

    void beginElement() {
        awaited--;
    }

    @Override
    protected int require(int required) {
        int remaining = limit - position;
        if (required < 0 || remaining < required) {
            throw new KryoBufferUnderflowException(required + " bytes are needed, " + remaining + " remain");
        }
        return remaining;
    }

    @Override
    public String readString() {
        checkChars();
        return super.readString();
    }

    @Override
    public StringBuilder readStringBuilder() {
        checkChars();
        return super.readStringBuilder();
    }

    /** A string with a declared length makes its array before it reads; every character takes a byte or more. */
    private void checkChars() {
        if (readVarIntFlag()) {
            int start = position;
            Sizes.check(this, Math.max(0, checkedCount()), 1);
            position = start;
        }
    }

    private int checkedCount() {
        int count = readVarIntFlag(true);
        // 0 is null, 1 is empty, n + 1 is n characters.
        return count < 0 ? Integer.MAX_VALUE : count - 1;
    }

    @Override
    public byte[] readBytes(int length) {
        return super.readBytes(Sizes.check(this, length, Byte.BYTES));
    }

    @Override
    public int[] readInts(int length) {
        return super.readInts(Sizes.check(this, length, Integer.BYTES));
    }

    @Override
    public int[] readInts(int length, boolean optimizePositive) {
        return super.readInts(Sizes.check(this, length, 1), optimizePositive);
    }

    @Override
    public long[] readLongs(int length) {
        return super.readLongs(Sizes.check(this, length, Long.BYTES));
    }

    @Override
    public long[] readLongs(int length, boolean optimizePositive) {
        return super.readLongs(Sizes.check(this, length, 1), optimizePositive);
    }

    @Override
    public float[] readFloats(int length) {
        return super.readFloats(Sizes.check(this, length, Float.BYTES));
    }

    @Override
    public double[] readDoubles(int length) {
        return super.readDoubles(Sizes.check(this, length, Double.BYTES));
    }

    @Override
    public short[] readShorts(int length) {
        return super.readShorts(Sizes.check(this, length, Short.BYTES));
    }

    @Override
    public char[] readChars(int length) {
        return super.readChars(Sizes.check(this, length, Character.BYTES));
    }

    @Override
    public boolean[] readBooleans(int length) {
        return super.readBooleans(Sizes.check(this, length, 1));
    }
}
