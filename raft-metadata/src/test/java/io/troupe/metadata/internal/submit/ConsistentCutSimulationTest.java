package io.troupe.metadata.internal.submit;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.internal.submit.SimulatedCluster.Call;
import io.troupe.metadata.internal.submit.SimulatedCluster.Node;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Cuts of three groups, each with its own leader changes and lost messages, under a load in which what is written into
 * one group follows from what was written into another: no cut has an effect without its cause.
 */
class ConsistentCutSimulationTest {
    private static final int GROUPS = 3;
    private static final int STEPS = 2_000;
    private static final AtomicInteger CUTS = new AtomicInteger();
    private static final AtomicInteger READ_ANEW = new AtomicInteger();
    private static final AtomicInteger LINKS_IN_CUTS = new AtomicInteger();

    /** One transaction after the other, each in some group, each begun when the one before it was acknowledged. */
    private static final class Chain {
        final List<Link> links = new ArrayList<>();

        @Nullable
        Call waiting;

        /** Where it is written to. */
        int group;
    }

    private record Link(int group, String key) {
        boolean isIn(List<StateView> states) {
            return states.get(group).get(key) != null;
        }
    }

    /** What one voter has applied of a group: not always what is committed. */
    private static final class Copy {
        private final SimulatedCluster group;
        private StateView applied = StateView.EMPTY;

        Copy(SimulatedCluster group) {
            this.group = group;
        }

        void catchUp() {
            applied = group.state.view();
        }
    }

    private record Point(int group, long question, CompletableFuture<Long> revision) {}

    private static final class World implements ConsistentCut.Output {
        final Random random;
        final List<SimulatedCluster> groups = new ArrayList<>();
        final List<Copy> copies = new ArrayList<>();
        final List<Chain> chains = new ArrayList<>();
        final List<Chain> broken = new ArrayList<>();
        final List<Point> points = new ArrayList<>();

        @Nullable
        ConsistentCut cut;

        /** What had been acknowledged when the cut was begun. */
        List<Link> before = List.of();

        List<StateView> committed = List.of();
        int attempts;
        int cuts;
        int refused;

        World(long seed) {
            random = new Random(seed);
            for (int group = 0; group < GROUPS; group++) {
                SimulatedCluster cluster = new SimulatedCluster(random.nextLong());
                groups.add(cluster);
                copies.add(new Copy(cluster));
                cluster.nodes.values().forEach(Node::open);
            }
            for (int chain = 0; chain < 4; chain++) {
                chains.add(new Chain());
            }
        }

        private Node backupNode(int group) {
            return groups.get(group).node("n2");
        }

        private boolean hasSessions() {
            for (int group = 0; group < GROUPS; group++) {
                if (backupNode(group).submits.session() == null) {
                    return false;
                }
            }
            return true;
        }

        void step() {
            for (int chain = 0; chain < chains.size(); chain++) {
                advance(chain);
            }
            for (SimulatedCluster group : groups) {
                for (Node node : group.nodes.values()) {
                    if (node.submits.session() == null && node.opening.isDone()) {
                        node.open();
                    } else if (group.chance(5)) {
                        node.renew();
                    }
                }
                group.step();
            }
            for (Copy copy : copies) {
                if (random.nextInt(4) == 0) {
                    copy.catchUp();
                }
            }
            for (Point point : List.copyOf(points)) {
                answer(point);
            }
            if (cut == null && random.nextInt(20) == 0 && hasSessions()) {
                before = chains.stream().flatMap(chain -> chain.links.stream()).toList();
                attempts = 0;
                ConsistentCut begun = new ConsistentCut(GROUPS, this);
                cut = begun;
                begun.begin();
            }
        }

        /** Each chain is of one node, which is the same for all groups. */
        private void advance(int number) {
            Chain chain = chains.get(number);
            Call call = chain.waiting;
            if (call == null) {
                int group = random.nextInt(GROUPS);
                Node node = groups.get(group).node("n" + (number + 1));
                if (node.submits.session() != null) {
                    chain.waiting = node.write();
                    chain.group = group;
                }
            } else if (call.result != null) {
                chain.links.add(new Link(chain.group, call.key));
                chain.waiting = null;
            } else if (call.failure != null) {
                broken.add(chain); // Nobody knows whether it was applied: nothing follows from it.
                chains.set(number, new Chain());
            }
        }

        private void answer(Point point) {
            CompletableFuture<Long> revision = point.revision;
            ConsistentCut asking = cut;
            if (asking == null || !points.contains(point)) {
                return; // The answer to another one has ended the cut.
            }
            if (revision.isCompletedExceptionally()) {
                points.remove(point);
                asking.onFailure(point.question, new IllegalStateException("no session"));
            } else if (revision.isDone() && copies.get(point.group).applied.revision() >= revision.join()) {
                points.remove(point);
                asking.onPoint(point.group, point.question);
            }
        }

        @Override
        public void hold(int group, int millis) {
            attempts += group == 1 && millis > 0 ? 1 : 0;
            backupNode(group).hold(millis);
        }

        @Override
        public void ask(int group, long question) {
            CompletableFuture<Long> revision = new CompletableFuture<>();
            backupNode(group).sessions.renew(revision);
            points.add(new Point(group, question, revision));
        }

        @Override
        public StateView state(int group) {
            if (group == 0) {
                committed = groups.stream().map(each -> each.state.view()).toList();
            }
            return copies.get(group).applied;
        }

        @Override
        public void onCut(List<StateView> states) {
            end();
            cuts++;
            CUTS.incrementAndGet();
            READ_ANEW.addAndGet(attempts - 1);
            for (int group = 1; group < GROUPS; group++) {
                assertThat(committed.get(group).hasDataOf(states.get(group)))
                        .as("group %d is as it was when the first one was read", group)
                        .isTrue();
            }
            assertThat(before).allMatch(link -> link.isIn(states));
            Stream.concat(chains.stream(), broken.stream()).forEach(chain -> {
                boolean present = true;
                for (Link link : chain.links) {
                    assertThat(link.isIn(states) && !present)
                            .as("%s is there, and one that it follows from is not", link)
                            .isFalse();
                    present = link.isIn(states);
                    LINKS_IN_CUTS.addAndGet(present ? 1 : 0);
                }
            });
        }

        @Override
        public void onNoCut(Throwable failure) {
            end();
            refused++;
        }

        private void end() {
            cut = null;
            points.clear();
        }
    }

    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void noCutHasAnEffectWithoutItsCause(@ForAll long seed) {
        World world = new World(seed);
        for (int step = 0; step < STEPS; step++) {
            world.step();
        }
    }

    /** Without holds there is hardly a moment at which nothing is written into either of two groups. */
    @Test
    void underALoadACutTakesOneAttemptIfAllIsWell() {
        for (long seed = 1; seed <= 10; seed++) {
            World world = new World(seed);
            world.groups.forEach(group -> group.faulty = false);
            int attempts = READ_ANEW.get();
            for (int step = 0; step < STEPS; step++) {
                world.step();
            }
            assertThat(world.cuts).as("seed %d", seed).isGreaterThan(10);
            assertThat(world.refused).as("seed %d", seed).isZero();
            assertThat(READ_ANEW.get() - attempts).as("seed %d", seed).isZero();
        }
    }

    @AfterContainer
    static void theSimulationWasNotVacuous() {
        assertThat(CUTS.get()).isGreaterThan(300);
        assertThat(READ_ANEW.get()).isGreaterThan(20);
        assertThat(LINKS_IN_CUTS.get()).isGreaterThan(10_000);
    }
}
