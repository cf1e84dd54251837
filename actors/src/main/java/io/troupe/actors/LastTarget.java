package io.troupe.actors;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * An entity of a shard that a message came for lately: the names of the next one are not read again if they are the
 * same bytes. Another takes its place with one of several messages for others, for to note an entity with each message
 * costs more than to read its names. Confined to the shard's lock.
 */
final class LastTarget {
    /** A longer message is not kept for its names. */
    private static final int MAX_LENGTH = 256;

    /** A power of two. */
    private static final int MESSAGES_FOR_OTHERS = 16;

    private int others;
    private byte[] content = {};
    private int headerLength;
    private @Nullable EntityId target;

    /** {@return the entity that the content is for, if it is the last one} */
    @Nullable
    EntityId find(byte[] next, int nextHeaderLength) {
        return nextHeaderLength == headerLength && Arrays.equals(content, 0, headerLength, next, 0, headerLength)
                ? target
                : null;
    }

    void remember(byte[] next, int nextHeaderLength, EntityId nextTarget) {
        if (next.length <= MAX_LENGTH && (others++ & (MESSAGES_FOR_OTHERS - 1)) == 0) {
            content = next;
            headerLength = nextHeaderLength;
            target = nextTarget;
        }
    }
}
