package io.troupe.transport.kryo;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;

/** Declared sizes, believed only as far as there are bytes to fill them. */
final class Sizes {
    private Sizes() {}

    /** Fails unless {@code count} elements of at least {@code bytesEach} can follow. */
    static int check(Input input, int count, int bytesEach) {
        long remaining = (long) input.limit() - input.position();
        if (count < 0 || (long) count * bytesEach > remaining) {
            throw new KryoException("a size of " + count + " is declared where " + remaining + " bytes remain");
        }
        return count;
    }

    static int read(Input input, int bytesEach) {
        return check(input, input.readVarInt(true), bytesEach);
    }
}
