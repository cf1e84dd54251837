package io.troupe.actors.internal.durable;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

import io.troupe.actors.internal.durable.Outbox.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Entries that wait to be sent, or sent again, lowest sequence first. A target that has no room holds up what goes to
 * it, in order, and nothing else. Pure; guarded by its caller.
 *
 * <p>Invariant: {@link #heads} has the lowest sequence of each target with entries, but of those held up.
 */
final class SendQueue {
    private final Map<Integer, NavigableMap<Long, Entry>> byTarget = new HashMap<>();
    private final TreeMap<Long, NavigableMap<Long, Entry>> heads = new TreeMap<>();
    private final TreeSet<Integer> heldUp = new TreeSet<>();

    private static int target(Entry entry) {
        return entry.content().targetShard();
    }

    void add(Entry entry) {
        NavigableMap<Long, Entry> queue = byTarget.computeIfAbsent(target(entry), target -> new TreeMap<>());
        if (!queue.isEmpty()) {
            heads.remove(queue.firstKey());
        }
        queue.put(entry.sequence(), entry);
        putHead(target(entry), queue);
    }

    private void putHead(int target, NavigableMap<Long, Entry> queue) {
        if (queue.isEmpty()) {
            byTarget.remove(target);
        } else if (!heldUp.contains(target)) {
            heads.put(queue.firstKey(), queue);
        }
    }

    void remove(Entry entry) {
        NavigableMap<Long, Entry> queue = byTarget.get(target(entry));
        if (queue != null) {
            heads.remove(queue.firstKey());
            queue.remove(entry.sequence());
            putHead(target(entry), queue);
        }
    }

    /** {@return the next entry, which is taken; null if there is none below a sequence} */
    @Nullable
    Entry next(long end) {
        if (heads.isEmpty() || heads.firstKey() >= end) {
            return null;
        }
        NavigableMap<Long, Entry> queue = heads.pollFirstEntry().getValue();
        Entry next = queue.pollFirstEntry().getValue();
        putHead(target(next), queue);
        return next;
    }

    /** Takes an entry back for whose target there is no room now: it and what follows it there wait. */
    void holdUp(Entry entry) {
        add(entry);
        NavigableMap<Long, Entry> queue = byTarget.get(target(entry));
        if (heldUp.add(target(entry)) && queue != null) {
            heads.remove(queue.firstKey());
        }
    }

    /** There may be room again. */
    void retry() {
        while (!heldUp.isEmpty()) {
            NavigableMap<Long, Entry> queue = byTarget.get(heldUp.pollFirst());
            if (queue != null) {
                heads.put(queue.firstKey(), queue);
            }
        }
    }
}
