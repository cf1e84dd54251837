package io.troupe.cluster.internal.placement;

/**
 * Which shard an entity belongs to: the same on every node, JVM and version, for ever.
 *
 * <p>64-bit FNV-1a over the UTF-8 bytes of the kind, a byte 0xFF (which UTF-8 never contains, so that no two pairs look
 * alike) and the UTF-8 bytes of the id; then the 64-bit finaliser of MurmurHash3, because the low bits of FNV alone are
 * uneven; then the unsigned remainder by the number of shards.
 */
public final class ShardHash {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final int SEPARATOR = 0xFF;

    private ShardHash() {}

    /**
     * {@return the entity's shard, 0 to shards - 1}
     *
     * @param kind   the entity's kind
     * @param id     its id within the kind
     * @param shards how many shards there are
     * @throws IllegalArgumentException if there is not at least one shard
     */
    public static int shard(String kind, String id, int shards) {
        if (shards < 1) {
            throw new IllegalArgumentException("shards (" + shards + ") must be at least 1");
        }
        return (int) Long.remainderUnsigned(hash(kind, id), shards);
    }

    /**
     * {@return the 64-bit hash of the entity's name}
     *
     * @param kind the entity's kind
     * @param id   its id within the kind
     */
    public static long hash(String kind, String id) {
        return finish(fnv(fnvByte(fnv(FNV_OFFSET, kind), SEPARATOR), id));
    }

    /** The finaliser of MurmurHash3: every bit of the input changes every bit of the result with probability 1/2. */
    static long finish(long hash) {
        long mixed = hash;
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }

    /** FNV-1a over the UTF-8 bytes, without building them: this runs once per message. */
    private static long fnv(long start, String text) {
        long hash = start;
        for (int i = 0; i < text.length(); i++) {
            int point = text.charAt(i);
            if (Character.isSurrogate((char) point)) {
                point = text.codePointAt(i);
                if (point > 0xFFFF) {
                    i++;
                } else {
                    point = '?'; // half a pair: what String.getBytes writes for it
                }
            }
            hash = fnvPoint(hash, point);
        }
        return hash;
    }

    private static long fnvPoint(long start, int point) {
        if (point < 0x80) {
            return fnvByte(start, point);
        }
        if (point < 0x800) {
            return trail(fnvByte(start, 0xC0 | (point >> 6)), point);
        }
        if (point < 0x10000) {
            return trail(trail(fnvByte(start, 0xE0 | (point >> 12)), point >> 6), point);
        }
        return trail(trail(trail(fnvByte(start, 0xF0 | (point >> 18)), point >> 12), point >> 6), point);
    }

    /** A trailing byte of a code point in UTF-8: its low six bits. */
    private static long trail(long hash, int bits) {
        return fnvByte(hash, 0x80 | (bits & 0x3F));
    }

    private static long fnvByte(long hash, int value) {
        return (hash ^ value) * FNV_PRIME;
    }
}
