package io.troupe.chaos.kit;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import org.jspecify.annotations.Nullable;

/** What the probes of a cluster have been told: the one thing that its nodes share. Safe for any thread. */
final class ProbeBoard {
    /** The kind of all probes, on every node. */
    static final String KIND = "test-probe";

    private final Map<String, Told> byId = new ConcurrentHashMap<>();
    private final AtomicInteger made = new AtomicInteger();

    /** A message, and when it came in nanoseconds of the test. */
    record Seen(Object message, long atNs) {}

    /** What one probe has been told and the test has not taken, in the order of its coming. */
    static final class Told {
        private final ArrayDeque<Seen> waiting = new ArrayDeque<>();
        private final Passage time;

        Told(Passage time) {
            this.time = time;
        }

        private synchronized void add(String id, Object message) {
            if (waiting.size() >= TestProbe.MAX_WAITING) {
                throw new IllegalStateException("probe " + id + " keeps " + TestProbe.MAX_WAITING
                        + " messages that nobody has taken, one more is too many: take them with receiveN");
            }
            waiting.add(new Seen(message, time.nanoTime()));
        }

        synchronized @Nullable Seen poll() {
            return waiting.poll();
        }

        synchronized int size() {
            return waiting.size();
        }
    }

    Kind<?>[] with(Kind<?>... kinds) {
        Kind<?>[] all = Arrays.copyOf(kinds, kinds.length + 1);
        all[kinds.length] = Kind.of(
                KIND,
                Object.class,
                () -> (message, context) ->
                        told(context.self().actorId()).add(context.self().actorId(), message));
        return all;
    }

    private Told told(String id) {
        Told told = byId.get(id);
        if (told == null) {
            throw new IllegalStateException("no probe " + id + " was made, there are " + made.get()
                    + ": use the address that TestProbe.ref returns");
        }
        return told;
    }

    <T> TestProbe<T> newProbe(Class<T> type, Passage time, Supplier<List<ClusterActorSystem>> up) {
        String id = "probe-" + made.incrementAndGet();
        Told told = new Told(time);
        byId.put(id, told);
        return new TestProbe<>(
                id,
                type,
                told,
                time,
                () -> up.get().stream()
                        .findFirst()
                        .orElseThrow(() ->
                                new IllegalStateException("no node is up that could send to the probe: restart one")));
    }
}
