package io.troupe.transport.kryo;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;

/** Declared sizes, believed only as far as there are bytes to fill them. */
final class Sizes {
    private Sizes() {}

    /** Fails unless {@code count} elements of at least {@code bytesEach} can follow. */
    static int check(Input input, int count, int bytesEach) {
        int free = bounded(input).free();
        if (count < 0 || (long) count * bytesEach > free) {
            throw new KryoException("a size of " + count + " is declared where " + free + " bytes remain");
        }
        return count;
    }

    /** {@return the input, which is bounded for all that a codec decodes} */
    static BoundedInput bounded(Input input) {
        return (BoundedInput) input;
    }

    static int read(Input input, int bytesEach) {
        return check(input, input.readVarInt(true), bytesEach);
    }
}
