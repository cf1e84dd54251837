package io.troupe.actors.internal.lifecycle;

import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Things with a due time, in its order; of two with the same time the one that was added first comes first.
 *
 * @param <T> what is due
 */
public final class DeadlineQueue<T> {
    /** An empty queue. */
    public DeadlineQueue() {}

    /** Answer of {@link #nextDueNs} when there is nothing. */
    public static final long NONE = Long.MAX_VALUE;

    private final TreeSet<Entry<T>> entries = new TreeSet<>(DeadlineQueue::order);
    private long added;

    /**
     * A thing in its place.
     *
     * @param dueNs    when it is due
     * @param sequence rises with every entry
     * @param value    the thing
     * @param <T>      what is due
     */
    public record Entry<T>(long dueNs, long sequence, T value) {}

    /** Times are compared by their difference: a monotonic clock may pass its largest number. */
    private static int order(Entry<?> one, Entry<?> other) {
        int byTime = Long.signum(one.dueNs() - other.dueNs());
        return byTime != 0 ? byTime : Long.compare(one.sequence(), other.sequence());
    }

    /**
     * Adds a thing.
     *
     * @param dueNs when it is due, less than 2^62 ns from all others
     * @param value the thing
     * @return its place, to remove it
     */
    public Entry<T> add(long dueNs, T value) {
        Entry<T> entry = new Entry<>(dueNs, ++added, value);
        entries.add(entry);
        return entry;
    }

    /**
     * Takes a thing out.
     *
     * @param entry its place
     * @return false if it was taken out before
     */
    public boolean remove(Entry<T> entry) {
        return entries.remove(entry);
    }

    /**
     * Takes out the first thing that is due.
     *
     * @param nowNs the time
     * @return the thing, or null if none is due
     */
    public @Nullable T poll(long nowNs) {
        if (entries.isEmpty() || nowNs - entries.first().dueNs() < 0) {
            return null;
        }
        Entry<T> entry = entries.first();
        entries.remove(entry);
        return entry.value();
    }

    /** {@return when the first thing is due, or {@link #NONE}} */
    public long nextDueNs() {
        return entries.isEmpty() ? NONE : entries.first().dueNs();
    }

    /** {@return how many there are} */
    public int size() {
        return entries.size();
    }
}
