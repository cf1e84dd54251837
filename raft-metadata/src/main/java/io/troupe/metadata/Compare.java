package io.troupe.metadata;

import java.nio.charset.StandardCharsets;

/**
 * One condition of a {@link Txn}, evaluated when the transaction is applied. A key that does not exist has version,
 * create and modification revision 0 and an empty value.
 *
 * @param key      the key to look at
 * @param target   what of it to look at
 * @param relation how it must stand to the operand
 * @param number   the operand for VERSION, CREATE_REVISION and MOD_REVISION, else 0
 * @param bytes    the operand for VALUE and VALUE_PREFIX, else empty
 */
@SuppressWarnings("ArrayRecordComponent") // operands are written once and only read
public record Compare(String key, Target target, Relation relation, long number, byte[] bytes) {
    private static final byte[] NO_BYTES = {};

    /** What of a key is compared. */
    public enum Target {
        /** Writes since creation. */
        VERSION,
        /** Revision of creation. */
        CREATE_REVISION,
        /** Revision of the last write. */
        MOD_REVISION,
        /** The whole value, as unsigned bytes in lexicographic order. */
        VALUE,
        /** The first {@code bytes.length} bytes of the value; a shorter value is compared whole. */
        VALUE_PREFIX
    }

    /** How the target must stand to the operand. */
    public enum Relation {
        /** Equal. */
        EQUAL,
        /** Not equal. */
        NOT_EQUAL,
        /** Less than the operand. */
        LESS,
        /** Greater than the operand. */
        GREATER
    }

    /**
     * {@return true if the key exists}
     *
     * @param key the key
     */
    public static Compare exists(String key) {
        return new Compare(key, Target.VERSION, Relation.GREATER, 0, NO_BYTES);
    }

    /**
     * {@return true if the key does not exist}
     *
     * @param key the key
     */
    public static Compare absent(String key) {
        return new Compare(key, Target.VERSION, Relation.EQUAL, 0, NO_BYTES);
    }

    /**
     * {@return true if the key was last written at exactly this revision; 0 means absent}
     *
     * @param key      the key
     * @param revision the expected revision
     */
    public static Compare modRevision(String key, long revision) {
        return new Compare(key, Target.MOD_REVISION, Relation.EQUAL, revision, NO_BYTES);
    }

    /**
     * {@return true if the value stands in the relation to the operand}
     *
     * @param key      the key
     * @param relation the relation
     * @param operand  the bytes to compare with
     */
    public static Compare value(String key, Relation relation, byte[] operand) {
        return new Compare(key, Target.VALUE, relation, 0, operand);
    }

    /**
     * {@return true if the value starts with the prefix}
     *
     * @param key    the key
     * @param prefix the expected first bytes
     */
    public static Compare valueStartsWith(String key, byte[] prefix) {
        return new Compare(key, Target.VALUE_PREFIX, Relation.EQUAL, 0, prefix);
    }

    @Override
    public String toString() {
        return key + " " + target + " " + relation + " "
                + (target == Target.VALUE || target == Target.VALUE_PREFIX
                        ? new String(bytes, StandardCharsets.ISO_8859_1)
                        : Long.toString(number));
    }
}
