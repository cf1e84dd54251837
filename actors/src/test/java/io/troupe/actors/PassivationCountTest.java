package io.troupe.actors;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

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
    private final Passivation.Entities looked = new Passivation.Entities() {
        @Override
        public void forEachCell(int shard, Consumer<Cell> visitor) {
            throw new IllegalStateException("nobody is idle for too long");
        }

        @Override
        public void forEachCell(Consumer<Cell> visitor) {
            runTurns();
            List.copyOf(cells).forEach(visitor);
        }
    };

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
