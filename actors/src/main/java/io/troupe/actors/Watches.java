package io.troupe.actors;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;

/**
 * Whose ends one actor wants to hear of. Confined to its turns, but for what is due: that is put there by whoever has
 * ended, and counts only if the watch is still the newest of its target when the actor comes to it.
 */
final class Watches<M> {
    /** Watches of one actor. */
    static final int MAX_WATCHES = 1_000;

    private final Cell cell;
    private final Map<LocalCell<?>, Watch> byTarget = new LinkedHashMap<>();
    private final ConcurrentLinkedQueue<Watch> due = new ConcurrentLinkedQueue<>();

    /** One watch. */
    private final class Watch implements Runnable {
        final LocalCell<?> target;
        final M message;

        Watch(LocalCell<?> target, M message) {
            this.target = target;
            this.message = message;
        }

        @Override
        public void run() {
            due.add(this);
            cell.wake();
        }
    }

    Watches(Cell cell) {
        this.cell = cell;
    }

    /** Only what was spawned can be watched. */
    static LocalCell<?> target(Cell watcher, Pid<?> other) {
        if (!(other instanceof LocalPid<?> local)) {
            throw new IllegalArgumentException(watcher.id + " cannot watch " + other
                    + ": an entity has no end, it leaves the memory and comes back; ask it, or watch local actors");
        }
        if (local.cell() == watcher) {
            throw new IllegalArgumentException(watcher.id + " cannot watch itself: use postStop");
        }
        return local.cell();
    }

    void watch(LocalCell<?> target, M message) {
        Objects.requireNonNull(message, "a watch needs a message");
        if (byTarget.size() >= MAX_WATCHES && !byTarget.containsKey(target)) {
            throw new IllegalStateException(cell.id + " watches " + MAX_WATCHES + " actors, one more (" + target.id
                    + ") is too many: unwatch some");
        }
        Watch watch = new Watch(target, message);
        target.addWatcher(watch); // at once due if it has ended
        Watch earlier = byTarget.put(target, watch);
        if (earlier != null) {
            target.removeWatcher(earlier);
        }
    }

    boolean unwatch(LocalCell<?> target) {
        Watch watch = byTarget.remove(target);
        if (watch != null) {
            target.removeWatcher(watch);
        }
        return watch != null;
    }

    /** The message of a watch whose target has ended; null if there is none. */
    @Nullable
    M poll() {
        for (Watch watch; (watch = due.poll()) != null; ) {
            if (byTarget.remove(watch.target, watch)) {
                return watch.message;
            } // else withdrawn or replaced since
        }
        return null;
    }

    boolean hasDue() {
        return !due.isEmpty();
    }

    boolean isEmpty() {
        return byTarget.isEmpty();
    }

    void clear() {
        byTarget.forEach(LocalCell::removeWatcher);
        byTarget.clear();
        due.clear();
    }
}
