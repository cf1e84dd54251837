package io.troupe.cluster.internal.delivery;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

import io.troupe.metadata.SettledWindow;
import org.jspecify.annotations.Nullable;

/** What the replicated store does for delivery: one fence, sessions, and settled windows written with the effect. */
final class SimStore {
    enum Settled {
        APPLIED,
        FENCED,
        SESSION_CLOSED,
        BELOW_FLOOR,
        SETTLED_BEFORE
    }

    private final Map<Long, TreeMap<Long, End>> windows = new HashMap<>();
    private final Map<Long, Long> floors = new HashMap<>();
    private long fence;
    long openSession;

    boolean raiseFence(long epoch) {
        if (epoch < fence) {
            return false;
        }
        fence = epoch;
        return true;
    }

    Settled settle(long epoch, long incarnation, long sequence, long floor, End end) {
        if (epoch != fence) {
            return Settled.FENCED;
        }
        if (incarnation != openSession) {
            return Settled.SESSION_CLOSED;
        }
        TreeMap<Long, End> window = windows.computeIfAbsent(incarnation, any -> new TreeMap<>());
        long known = Math.max(floor, floors.getOrDefault(incarnation, 1L));
        floors.put(incarnation, known);
        if (sequence < known) {
            return Settled.BELOW_FLOOR;
        }
        if (window.containsKey(sequence)) {
            return Settled.SETTLED_BEFORE;
        }
        window.put(sequence, end);
        window.headMap(known).clear();
        return Settled.APPLIED;
    }

    SettledWindow window(long incarnation) {
        return window(floors.getOrDefault(incarnation, 1L), windows.getOrDefault(incarnation, new TreeMap<>()));
    }

    /** A copy: a later settle does not show. */
    static SettledWindow window(long floor, Map<Long, End> ends) {
        TreeMap<Long, End> copy = new TreeMap<>(ends);
        copy.headMap(floor).clear();
        return new SettledWindow() {
            @Override
            public long floor() {
                return floor;
            }

            @Override
            public long highest() {
                return copy.isEmpty() ? floor - 1 : copy.lastKey();
            }

            @Override
            public boolean isSettled(long sequence) {
                return sequence < floor || copy.containsKey(sequence);
            }

            @Override
            public @Nullable Settlement settlement(long sequence) {
                End end = copy.get(sequence);
                return end == null ? null : new Settlement(end.code().wire(), end.reply());
            }
        };
    }
}
