package io.troupe.actors.internal.durable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The reminders of one shard's entities, as they stand in the store. One is handed out when it is due, and stands until
 * the commit of what it led to removes or advances it; a later owner hands it out again. Pure; guarded by its caller.
 */
public final class Reminders {
    private static final Comparator<Standing> BY_TIME = Comparator.<Standing>comparingLong(
                    standing -> standing.reminder().dueMillis())
            .thenComparing(Standing::key);

    /** By key, which begins with the entity. */
    private final TreeMap<String, Standing> byKey = new TreeMap<>();
    /** Those to be handed out; each is in {@link #byKey}. */
    private final TreeSet<Standing> waiting = new TreeSet<>(BY_TIME);

    /** Those that had no place, some of which may have been replaced since. */
    private final List<Standing> refused = new ArrayList<>();

    /** None so far. */
    public Reminders() {}

    /**
     * A reminder in the store.
     *
     * @param key      its key
     * @param revision of the transaction that wrote it
     * @param reminder what it is
     */
    public record Standing(String key, long revision, Reminder reminder) {}

    /**
     * A reminder was set, loaded or advanced; it replaces the one with the same key.
     *
     * @param standing the reminder
     */
    public void set(Standing standing) {
        remove(standing.key());
        byKey.put(standing.key(), standing);
        waiting.add(standing);
    }

    /**
     * A reminder does not stand in the store any more.
     *
     * @param key its key
     */
    public void remove(String key) {
        Standing removed = byKey.remove(key);
        if (removed != null) {
            waiting.remove(removed);
        }
    }

    /**
     * All reminders of an entity do not stand in the store any more.
     *
     * @param prefix what their keys begin with
     */
    public void removeAll(String prefix) {
        List<String> keys = new ArrayList<>(
                byKey.subMap(prefix, prefix + Character.MAX_VALUE).keySet());
        keys.forEach(this::remove);
    }

    /**
     * {@return how many reminders an entity has}
     *
     * @param prefix what their keys begin with
     */
    public int count(String prefix) {
        return byKey.subMap(prefix, prefix + Character.MAX_VALUE).size();
    }

    /**
     * {@return true if a reminder stands}
     *
     * @param key its key
     */
    public boolean has(String key) {
        return byKey.containsKey(key);
    }

    /** {@return how many reminders stand} */
    public int size() {
        return byKey.size();
    }

    /**
     * Hands out what is due.
     *
     * @param nowMillis the time
     * @param limit     most of them
     * @return the reminders, the earliest first
     */
    public List<Standing> takeDue(long nowMillis, int limit) {
        List<Standing> due = new ArrayList<>();
        while (due.size() < limit
                && !waiting.isEmpty()
                && waiting.first().reminder().dueMillis() <= nowMillis) {
            due.add(waiting.pollFirst());
        }
        return due;
    }

    /**
     * A reminder that was handed out had no place: it is due again after {@link #retry}, unless it was replaced or
     * removed meanwhile. Not at once, or whoever hands out until nothing is due would never end.
     *
     * @param standing the reminder
     */
    public void putBack(Standing standing) {
        refused.add(standing);
    }

    /** Time has passed: what had no place may have one now. */
    @SuppressWarnings("ReferenceEquality") // the very reminder that was handed out, not one set anew
    public void retry() {
        for (Standing standing : refused) {
            if (byKey.get(standing.key()) == standing) {
                waiting.add(standing);
            }
        }
        refused.clear();
    }
}
