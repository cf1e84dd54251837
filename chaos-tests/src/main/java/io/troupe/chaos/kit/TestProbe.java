package io.troupe.chaos.kit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.chaos.kit.ProbeBoard.Seen;
import org.jspecify.annotations.Nullable;

/**
 * An actor that keeps what it is told until the test looks at it, in the order of its coming. To those who tell it, it
 * is an entity as any other: it lives on the node that owns its shard, is activated anew when that is lost, and what it
 * is told travels as bytes with the guarantee that its sender chose, so AT_LEAST_ONCE can show a message twice. What
 * has come is kept by the test, and outlives its node. It answers nothing: an ask fails.
 *
 * <p>The methods that wait let time pass; they are called by one thread at a time, the test's.
 *
 * @param <T> what it takes
 */
public final class TestProbe<T> {
    /** Messages that one probe keeps until they are taken; a handler that is told more fails. */
    public static final int MAX_WAITING = 100_000;

    private static final int REMEMBERED = 5;

    private final String id;
    private final Class<T> type;
    private final Kind<T> kind;
    private final ProbeBoard.Told told;
    private final Passage time;
    private final Supplier<ClusterActorSystem> sender;
    /** What was taken last, for messages of failure; never more than {@link #REMEMBERED}. */
    private final ArrayDeque<Seen> taken = new ArrayDeque<>();

    TestProbe(String id, Class<T> type, ProbeBoard.Told told, Passage time, Supplier<ClusterActorSystem> sender) {
        this.id = id;
        this.type = type;
        this.told = told;
        this.time = time;
        this.sender = sender;
        kind = Kind.of(ProbeBoard.KIND, type, () -> {
            throw new IllegalStateException("a probe runs where the test cluster has put it");
        });
    }

    /** {@return its address, for who sends from the first node that is up now} */
    public Pid<T> ref() {
        return ref(sender.get());
    }

    /**
     * {@return its address}
     *
     * @param from the node that sends, for a handler {@code (ClusterActorSystem) context.self().system()}
     */
    public Pid<T> ref(ClusterActorSystem from) {
        return from.entity(kind, id);
    }

    /**
     * Takes the next message, and waits for it.
     *
     * @param within the longest time to wait
     * @return the message
     * @throws AssertionError if none comes, or one that is no T, saying what came and when
     */
    public T expectMessage(Duration within) {
        return expectMessageClass(type, within);
    }

    /**
     * Takes the next message, waits for it, and looks at its class.
     *
     * @param expected what it must be
     * @param within   the longest time to wait
     * @param <U>      the class
     * @return the message
     * @throws AssertionError if none comes, or one of another class, saying what came and when
     */
    public <U extends T> U expectMessageClass(Class<U> expected, Duration within) {
        long beganNs = time.nanoTime();
        Seen seen = next(within);
        if (seen == null) {
            throw new AssertionError(
                    this + " expected " + expected.getName() + " within " + within + ", and nothing came" + before());
        }
        if (!expected.isInstance(seen.message())) {
            throw new AssertionError(this + " expected " + expected.getName() + ", but "
                    + seen.message().getClass().getName() + " came: " + at(seen, beganNs) + before());
        }
        remember(seen);
        return expected.cast(seen.message());
    }

    /**
     * Takes the next messages, and waits for them.
     *
     * @param count  how many
     * @param within the longest time to wait for all of them
     * @return the messages, in the order of their coming
     * @throws AssertionError if fewer come, or one that is no T, saying what came and when
     */
    public List<T> receiveN(int count, Duration within) {
        long beganNs = time.nanoTime();
        List<T> received = new ArrayList<>();
        List<String> came = new ArrayList<>();
        while (received.size() < count) {
            long leftNs = Math.max(0, beganNs + within.toNanos() - time.nanoTime());
            Seen seen = next(Duration.ofNanos(leftNs));
            if (seen == null) {
                int first = Math.max(0, came.size() - REMEMBERED);
                throw new AssertionError(this + " expected " + count + " messages within " + within + ", and "
                        + received.size() + " came"
                        + (came.isEmpty() ? before() : ", the last of them: " + came.subList(first, came.size())));
            }
            if (!type.isInstance(seen.message())) {
                throw new AssertionError(this + " expected " + type.getName() + ", but "
                        + seen.message().getClass().getName() + " came as message " + (received.size() + 1) + ": "
                        + at(seen, beganNs));
            }
            remember(seen);
            received.add(type.cast(seen.message()));
            came.add(at(seen, beganNs));
        }
        return received;
    }

    /**
     * Lets time pass, in which nothing may come; what has come before and was not taken counts.
     *
     * @param within how long
     * @throws AssertionError if something comes, saying what and when
     */
    public void expectNoMessage(Duration within) {
        long beganNs = time.nanoTime();
        Seen seen = next(within);
        if (seen != null) {
            throw new AssertionError(
                    this + " expected nothing within " + within + ", but this came: " + at(seen, beganNs) + before());
        }
    }

    private @Nullable Seen next(Duration within) {
        return time.until(() -> told.size() > 0, within) ? told.poll() : null;
    }

    private void remember(Seen seen) {
        if (taken.size() == REMEMBERED) {
            taken.remove();
        }
        taken.add(seen);
    }

    private String before() {
        if (taken.isEmpty()) {
            return "; nothing had come before";
        }
        return "; taken before: "
                + taken.stream()
                        .map(seen -> seen.message() + " at " + millis(seen.atNs()))
                        .toList();
    }

    private static String at(Seen seen, long beganNs) {
        long waitedNs = seen.atNs() - beganNs;
        return seen.message() + " at " + millis(seen.atNs()) + ", "
                + (waitedNs < 0
                        ? millis(-waitedNs) + " before it was looked for"
                        : millis(waitedNs) + " after it was looked for");
    }

    private static String millis(long ns) {
        return String.format(Locale.ROOT, "%.1f ms", ns / 1e6);
    }

    @Override
    public String toString() {
        return id + " of " + type.getSimpleName();
    }
}
