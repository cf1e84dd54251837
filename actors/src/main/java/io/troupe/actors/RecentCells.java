package io.troupe.actors;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The entities of a shard that messages came for lately, by the bytes that name them: for the next message the names
 * are not read, and nothing is looked up. Direct mapped. An entity takes the place of another with one of several
 * messages for such as are not here: to note one with each costs more than to look it up.
 *
 * <p>An entity that leaves the memory does not stay here. It leaves first and is forgotten then, by any thread; who
 * notes it looks afterwards whether it has left. So one of the two sees the other. Found and noted under the shard's
 * lock.
 */
final class RecentCells {
    /** A longer message is not kept for its names. */
    private static final int MAX_LENGTH = 256;

    /** Powers of two. */
    private static final int SLOTS = 16;

    private static final int MESSAGES_FOR_OTHERS = 16;
    /** Of names, from their end on: what differs is there mostly. */
    private static final int HASHED_BYTES = 16;

    private final AtomicReferenceArray<@Nullable Entry> entries = new AtomicReferenceArray<>(SLOTS);
    private int others;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(byte[] content, int headerLength, Cell cell) {}

    private static int slot(byte[] content, int headerLength) {
        int hash = headerLength;
        for (int at = Math.max(0, headerLength - HASHED_BYTES); at < headerLength; at++) {
            hash = hash * 31 + content[at];
        }
        return (hash ^ hash >>> 16) & (SLOTS - 1);
    }

    /** {@return the entity that a content with a header is for, if it is here; it may have left by now} */
    @Nullable
    Cell find(byte[] content, int headerLength) {
        Entry entry = entries.get(slot(content, headerLength));
        return entry != null
                        && entry.headerLength == headerLength
                        && Arrays.equals(entry.content, 0, headerLength, content, 0, headerLength)
                ? entry.cell
                : null;
    }

    /** {@return whether to note the entity of a content that is not here} */
    boolean isToNote(byte[] content) {
        return content.length <= MAX_LENGTH && (others++ & (MESSAGES_FOR_OTHERS - 1)) == 0;
    }

    void note(byte[] content, int headerLength, Cell cell) {
        int slot = slot(content, headerLength);
        Entry entry = new Entry(content, headerLength, cell);
        entries.set(slot, entry);
        if (cell.isStopped()) {
            entries.compareAndSet(slot, entry, null);
        }
    }

    /** It has stopped. Any thread. */
    void forget(Cell cell) {
        for (int slot = 0; slot < SLOTS; slot++) {
            Entry entry = entries.get(slot);
            if (entry != null && entry.cell == cell) {
                entries.compareAndSet(slot, entry, null);
            }
        }
    }
}
