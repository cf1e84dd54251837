package io.troupe.actors;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.troupe.actors.internal.lifecycle.DeadlineQueue.Entry;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one activation of one entity. Confined to its turns, but for what is due: that is put there by the
 * timers' thread, and counts only if the timer is still the newest of its key when the entity comes to it.
 */
final class EntityTimers<M> {
    /** Timers of one entity. */
    static final int MAX_TIMERS = 1_000;

    static final Duration LONGEST_DELAY = Duration.ofDays(365);

    private final Cell cell;
    private final NodeTimers timers;
    private final Map<String, Timer<M>> byKey = new HashMap<>();
    private final ConcurrentLinkedQueue<Timer<M>> due = new ConcurrentLinkedQueue<>();

    /** One timer. */
    private static final class Timer<M> {
        final String key;
        final M message;
        private @Nullable Entry<Runnable> entry;

        Timer(String key, M message) {
            this.key = key;
            this.message = message;
        }
    }

    EntityTimers(Cell cell, NodeTimers timers) {
        this.cell = cell;
        this.timers = timers;
    }

    void schedule(String key, Duration delay, M message) {
        Objects.requireNonNull(message, "a timer needs a message");
        if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("the delay of timer " + key + " of " + cell.id + " (" + delay
                    + ") must be zero to " + LONGEST_DELAY.toDays() + " days");
        }
        if (byKey.size() >= MAX_TIMERS && !byKey.containsKey(key)) {
            throw new IllegalStateException(cell.id + " has " + MAX_TIMERS + " timers, one more (" + key
                    + ") is too many: cancel some, or use the key of an older one");
        }
        Timer<M> timer = new Timer<>(key, message);
        Timer<M> earlier = byKey.put(key, timer);
        if (earlier != null) {
            withdraw(earlier);
        }
        timer.entry = timers.schedule(cell.kind.nanoTime() + delay.toNanos(), () -> {
            due.add(timer);
            cell.wake();
        });
    }

    boolean cancel(String key) {
        Timer<M> timer = byKey.remove(key);
        if (timer != null) {
            withdraw(timer);
        }
        return timer != null;
    }

    private void withdraw(Timer<M> timer) {
        Entry<Runnable> entry = timer.entry;
        if (entry != null) {
            timers.cancel(entry);
        }
    }

    /** The message of a timer whose time has come; null if there is none. */
    @Nullable
    M poll() {
        for (Timer<M> timer; (timer = due.poll()) != null; ) {
            if (byKey.remove(timer.key, timer)) {
                return timer.message;
            } // else cancelled or replaced since
        }
        return null;
    }

    boolean hasDue() {
        return !due.isEmpty();
    }

    boolean isEmpty() {
        return byKey.isEmpty();
    }

    void clear() {
        byKey.values().forEach(this::withdraw);
        byKey.clear();
        due.clear();
    }
}
