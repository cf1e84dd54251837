package io.troupe.actors;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.troupe.cluster.Cluster;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who has to leave when there are too many; the test decides when turns are run, and runs them where another thread
 * might.
 */
class PassivationCountTest {
    private static final long LATER_NS = 1_000_000_000;

    private final ArrayDeque<Runnable> turns = new ArrayDeque<>();
    private final List<Cell> cells = new ArrayList<>();
    private final KindHost few = new KindHost(
            Kind.of("few", Object.class, () -> (message, context) -> {})
                    .maxActive(2)
                    .on(turns::add),
            new ActorRuntime(Cluster.threads("count"))); // they start with the first task, and there is none
    private final KindHost many = new KindHost(
            Kind.of("many", Object.class, () -> (message, context) -> {}).on(turns::add),
            new ActorRuntime(Cluster.threads("many")));
    private int looks;
    private final Passivation.Entities looked = new Passivation.Entities() {
        @Override
        public void forEachCell(int shard, Consumer<Cell> visitor) {
            throw new IllegalStateException("nobody is idle for too long");
        }

        @Override
        public void forEachCell(Consumer<Cell> visitor) {
            looks++;
            runTurns();
            List.copyOf(cells).forEach(visitor);
        }
    };

    /** Of another kind. */
    private final class Busy extends Cell {
        Busy(String name, Home home) {
            super(new EntityId("many", name), home, many);
        }

        @Override
        boolean isIdle() {
            return false;
        }

        @Override
        void passivate() {
            throw new IllegalStateException("it is never idle");
        }

        @Override
        boolean turn() {
            return false;
        }
    }

    private final class Idle extends Cell {
        Idle(String name, Home home) {
            super(new EntityId("few", name), home, few);
            few.onAdded();
        }

        @Override
        boolean isIdle() {
            return true;
        }

        @Override
        void passivate() {
            boolean unused = close();
        }

        @Override
        boolean turn() {
            return false;
        }
    }

    private final Home home = new OpenPlace(cell -> {
        few.onRemoved();
        return cells.remove(cell);
    });

    private void runTurns() {
        for (Runnable turn; (turn = turns.poll()) != null; ) {
            turn.run();
        }
    }

    private void start(String... names) {
        for (String name : names) {
            cells.add(new Idle(name, home));
        }
    }

    private List<String> names() {
        return cells.stream().map(cell -> cell.id.id()).toList();
    }

    @Test
    void nobodyLeavesInThePlaceOfOneThatHasJustLeft() {
        long now = System.nanoTime();
        Passivation passivation = new Passivation(looked, 1, List.of(few), now);
        start("a", "b", "c");
        passivation.onTick(now + LATER_NS);
        assertThat(turns).as("one too many was asked to leave").hasSize(1);
        passivation.onTick(now + 2 * LATER_NS); // it leaves while the node looks at all
        runTurns();
        assertThat(names()).hasSize(2);
    }

    /** A look goes over all that the node has, of whatever kind, and is paid for so. */
    @Test
    void aLookAtManyOthersIsFollowedByARestToo() {
        long now = System.nanoTime();
        Passivation passivation = new Passivation(looked, 1, List.of(few), now);
        IntStream.range(0, 5_000).forEach(i -> cells.add(new Busy("busy-" + i, home)));
        start("a", "b", "c");
        passivation.onTick(now + LATER_NS);
        int before = looks;
        passivation.onTick(now + LATER_NS + 4_000_000);
        assertThat(looks).isEqualTo(before);
        passivation.onTick(now + LATER_NS + 6_000_000);
        assertThat(looks).isGreaterThan(before);
    }

    @Test
    void asManyLeaveAsAreTooMany() {
        long now = System.nanoTime();
        Passivation passivation = new Passivation(looked, 1, List.of(few), now);
        start("a", "b", "c", "d", "e");
        passivation.onTick(now + LATER_NS);
        runTurns();
        assertThat(names()).hasSize(2);
        passivation.onTick(now + 2 * LATER_NS);
        assertThat(turns).isEmpty();
    }
}
