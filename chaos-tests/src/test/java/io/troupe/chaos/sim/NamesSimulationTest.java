package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ActorNameTakenException;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.kryo.MessageRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Actors that are spawned, sent to and despawned by name, in clusters that fail. What is done about one name is done
 * one after the other, so a single truth value is the model of a name; unknown outcomes make it unknown until the
 * cluster is at rest.
 */
class NamesSimulationTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration ROUND = Duration.ofMillis(100);
    private static final int NAMES = 4;
    private static final int ROUNDS = 10;
    private static final int PHASES = 2;
    private static final int SEEDS = Integer.getInteger("troupe.names.seeds", 150);
    private static final long FIRST = Long.getLong("troupe.names.first", 1);

    /** The number is never sent twice. */
    record Mark(long number) {}

    private static final MessageRegistry REGISTRY =
            MessageRegistry.builder().add(1000, Mark.class).build();

    /** What all actors of one run have done, alive or not. */
    private static final class Ledger {
        final List<Clerk> running = new ArrayList<>();
        /** In the order of their first runs. */
        final List<Long> marks = new ArrayList<>();

        final Kind<Mark> kind = Clerk.kind(this);
    }

    static final class Clerk implements Handler<Mark> {
        private final Ledger ledger;
        private String name = "";
        private long epoch;

        Clerk(Ledger ledger) {
            this.ledger = ledger;
        }

        static Kind<Mark> kind(Ledger ledger) {
            return Kind.of("clerk", Mark.class, () -> new Clerk(ledger)).spawnedAs(Clerk.class);
        }

        @Override
        public void preStart(ActorContext<Mark> context) {
            name = context.self().actorId();
            epoch = context.fencingToken();
            ledger.running.add(this);
        }

        @Override
        public void receive(Mark mark, ActorContext<Mark> context) {
            if (!ledger.marks.contains(mark.number())) {
                ledger.marks.add(mark.number());
            }
        }

        @Override
        public void postStop(ActorContext<Mark> context) {
            ledger.running.remove(this);
        }
    }

    /** One name: what is known of it, and what is under way about it. */
    private static final class Name {
        final String name;
        /** Null: unknown. */
        @Nullable
        Boolean spawned = false;

        @Nullable
        CompletableFuture<Runnable> underWay;

        Name(String name) {
            this.name = name;
        }
    }

    /** One cluster, its names and its draws. */
    private static final class Run {
        final long seed;
        final SplitMix draws;
        final TestCluster cluster;
        final Ledger ledger;
        final List<Name> names = new ArrayList<>();
        long marks;

        Run(long seed, TestCluster cluster, Ledger ledger) {
            this.seed = seed;
            this.cluster = cluster;
            this.ledger = ledger;
            draws = new SplitMix(seed);
            for (int i = 0; i < NAMES; i++) {
                names.add(new Name("clerk-" + i));
            }
        }

        ClusterActorSystem anyNode() {
            return cluster.node(draws.below(cluster.nodes()));
        }

        void go() {
            for (int phase = 0; phase < PHASES; phase++) {
                for (int round = 0; round < ROUNDS; round++) {
                    names.forEach(this::goOn);
                    cluster.storm(ROUND);
                }
                cluster.settle();
                names.forEach(this::learn);
                cluster.run(Duration.ofSeconds(1));
                names.forEach(this::checkAtRest);
            }
        }

        /** Takes in what was under way, and begins something new. */
        private void goOn(Name name) {
            CompletableFuture<Runnable> before = name.underWay;
            if (before != null && !before.isDone()) {
                return; // perhaps for ever: its node may have crashed
            }
            if (before != null) {
                before.join().run();
            }
            name.underWay = switch (draws.below(6)) {
                case 0 -> spawn(name);
                case 1 -> despawn(name);
                case 2 ->
                    despawn(name)
                            .thenCompose(despawned -> spawn(name).thenApply(spawned -> () -> {
                                despawned.run();
                                spawned.run();
                            }));
                case 3 -> look(name);
                default -> send(name);
            };
        }

        private CompletableFuture<Runnable> spawn(Name name) {
            return anyNode().actorOf(Clerk.class).withId(name.name).spawnAsync().handle((pid, failure) -> () -> {
                if (failure == null) {
                    expect(name, false, "it could be spawned");
                    name.spawned = true;
                } else if (cause(failure) instanceof ActorNameTakenException) {
                    expect(name, true, "its name was taken");
                    name.spawned = true;
                } else {
                    name.spawned = null;
                }
            });
        }

        private CompletableFuture<Runnable> despawn(Name name) {
            return anyNode().despawn(name.name).handle((was, failure) -> () -> {
                if (failure == null) {
                    expect(name, was, "its name was given up: " + was);
                    name.spawned = false;
                } else {
                    name.spawned = null;
                }
            });
        }

        private CompletableFuture<Runnable> look(Name name) {
            return anyNode().actorExists(name.name).handle((exists, failure) -> () -> {
                if (failure == null) {
                    expect(name, exists, "it exists: " + exists);
                    name.spawned = exists;
                }
            });
        }

        /** Two of one sender, the first by name or by address, as it comes. */
        private CompletableFuture<Runnable> send(Name name) {
            ClusterActorSystem node = anyNode();
            Pid<Mark> address = node.entity(ledger.kind, name.name);
            long number = ++marks;
            long next = ++marks;
            boolean byName = draws.below(2) == 0;
            CompletableFuture<SendOutcome> first = byName
                    ? node.routeMessage(name.name, new Mark(number), DeliveryGuarantee.AT_LEAST_ONCE)
                    : address.tell(new Mark(number), DeliveryGuarantee.AT_LEAST_ONCE);
            CompletableFuture<SendOutcome> second = address.tell(new Mark(next), DeliveryGuarantee.AT_LEAST_ONCE);
            return first.handle((outcome, failure) -> outcome).thenCombine(second, (one, other) -> () -> {
                check(name, number, one);
                check(name, next, other);
                int at = ledger.marks.indexOf(number);
                assertThat(byName || at < 0 || at < ledger.marks.indexOf(next) || !ledger.marks.contains(next))
                        .as("order of %d and %d to %s, seed %d", number, next, name.name, seed)
                        .isTrue();
            });
        }

        private void check(Name name, long number, @Nullable SendOutcome outcome) {
            if (outcome instanceof SendOutcome.Processed) {
                assertThat(ledger.marks)
                        .as("what %s is said to have handled, seed %d", name.name, seed)
                        .contains(number);
            } else if (outcome instanceof SendOutcome.Failed
                    || (outcome instanceof SendOutcome.NotExecuted not && not.reason() == SendOutcome.Reason.ENDED)) {
                expect(name, false, "a message for it was " + outcome);
            }
        }

        private void expect(Name name, boolean spawned, String seen) {
            assertThat(name.spawned == null || name.spawned == spawned)
                    .as("%s was %s, and yet %s, seed %d", name.name, name.spawned, seen, seed)
                    .isTrue();
        }

        private static Throwable cause(Throwable failure) {
            Throwable cause = failure.getCause();
            return failure instanceof CompletionException && cause != null ? cause : failure;
        }

        /** At rest nothing of what was under way can still happen. */
        private void learn(Name name) {
            CompletableFuture<Runnable> before = name.underWay;
            if (before != null && before.isDone()) {
                before.join().run();
            } else if (before != null) {
                name.spawned = null;
            }
            name.underWay = null;
            boolean exists = cluster.await(anyNode().actorExists(name.name), LIMIT);
            expect(name, exists, "it exists: " + exists);
            name.spawned = exists;
        }

        private void checkAtRest(Name name) {
            ClusterActorSystem node = anyNode();
            long epoch = epoch(node, name.name);
            List<Clerk> running = ledger.running.stream()
                    .filter(clerk -> clerk.name.equals(name.name) && clerk.epoch == epoch)
                    .toList();
            boolean spawned = Boolean.TRUE.equals(name.spawned);
            assertThat(running)
                    .as("who runs as %s (spawned: %s), seed %d", name.name, spawned, seed)
                    .hasSize(spawned ? 1 : 0);
            long number = ++marks;
            SendOutcome outcome = cluster.await(
                    node.routeMessage(name.name, new Mark(number), DeliveryGuarantee.AT_LEAST_ONCE), LIMIT);
            assertThat(outcome instanceof SendOutcome.Processed)
                    .as("a message for %s (spawned: %s) was %s, seed %d", name.name, spawned, outcome, seed)
                    .isEqualTo(spawned);
            assertThat(ledger.marks.contains(number)).isEqualTo(spawned);
        }

        private long epoch(ClusterActorSystem node, String name) {
            Lookup lookup = node.whereIs(node.entity(ledger.kind, name));
            assertThat(lookup).isInstanceOf(Lookup.Hosted.class);
            return ((Lookup.Hosted) lookup).epoch();
        }
    }

    private static long run(long seed) {
        Ledger ledger = new Ledger();
        try (TestCluster cluster = TestCluster.simulated(seed, 3, (int) (seed % 2), REGISTRY, ledger.kind)) {
            new Run(seed, cluster, ledger).go();
            return cluster.traceHash();
        }
    }

    @Test
    void aNameHasOneActorWhileItIsSpawnedAndNoneBeforeAndAfter() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            run(seed);
        }
    }

    @Test
    void aRunWithNamesCanBeRepeated() {
        assertThat(run(7)).isEqualTo(run(7));
    }
}
