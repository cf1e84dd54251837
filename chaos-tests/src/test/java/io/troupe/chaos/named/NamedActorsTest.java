package io.troupe.chaos.named;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ActorNameTakenException;
import io.troupe.actors.AskException;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.actors.Query;
import io.troupe.chaos.kit.TestCluster;
import io.troupe.chaos.kit.TestProbe;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Spawned actors of simulated clusters: unique names, starts without a message, lives on other nodes, and ends. */
class NamedActorsTest {
    static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final AtomicReference<TestProbe<String>> PROBE = new AtomicReference<>();

    /** Greets, and tells the probe when it starts and ends, and where. */
    static final class Greeter implements Handler<Greeter.Greet> {
        record Greet(String whom) implements Query<String> {}

        static final Kind<Greet> KIND =
                Kind.of("greeter", Greet.class, Greeter::new).spawnedAs(Greeter.class);

        @Override
        public void preStart(ActorContext<Greet> context) {
            note("started", context);
        }

        @Override
        public void receive(Greet message, ActorContext<Greet> context) {
            context.reply(message, "hello " + message.whom());
        }

        @Override
        public void postStop(ActorContext<Greet> context) {
            note("ended", context);
        }

        private static void note(String what, ActorContext<Greet> context) {
            ClusterActorSystem system = (ClusterActorSystem) context.self().system();
            CompletableFuture<?> unused = Objects.requireNonNull(PROBE.get())
                    .ref(system)
                    .tell(context.self().actorId() + " " + what + " on " + system.nodeId());
        }
    }

    static final MessageRegistry REGISTRY =
            MessageRegistry.builder().add(1000, Greeter.Greet.class).build();

    private static TestCluster cluster(long seed) {
        TestCluster cluster = TestCluster.simulated(seed, 3, REGISTRY, Greeter.KIND);
        PROBE.set(cluster.probe(String.class));
        return cluster;
    }

    private static TestProbe<String> probe() {
        return Objects.requireNonNull(PROBE.get());
    }

    private static CompletableFuture<Pid<Greeter.Greet>> spawn(TestCluster cluster, int node, String name) {
        return cluster.node(node).actorOf(Greeter.class).withId(name).spawnAsync();
    }

    private static int nodeOf(String note) {
        return note.charAt(note.length() - 1) - '1';
    }

    @Test
    void aSpawnedActorStartsWithoutAMessageAndIsFoundOnEveryNode() {
        try (TestCluster cluster = cluster(1)) {
            Pid<Greeter.Greet> pid = cluster.await(spawn(cluster, 0, "anna"), LIMIT);
            assertThat(pid.actorId()).isEqualTo("anna");
            assertThat(probe().expectMessage(LIMIT)).startsWith("anna started on n");
            for (int node = 0; node < 3; node++) {
                ClusterActorSystem system = cluster.node(node);
                assertThat(cluster.await(system.actorExists("anna"), LIMIT)).isTrue();
                assertThat(cluster.await(system.actorExists("bert"), LIMIT)).isFalse();
                assertThat(cluster.await(system.get("bert"), LIMIT)).isEmpty();
                Pid<?> found = cluster.await(system.get("anna"), LIMIT).orElseThrow();
                assertThat(found.entity()).isEqualTo(pid.entity());
                assertThat(cluster.await(system.entity(Greeter.KIND, "anna").ask(new Greeter.Greet("x"), LIMIT), LIMIT))
                        .isEqualTo("hello x");
            }
            probe().expectNoMessage(SHORT);
        }
    }

    @Test
    void ofTwoActorsOfOneNameOneIsSpawned() {
        for (long seed = 1; seed <= 20; seed++) {
            try (TestCluster cluster = cluster(seed)) {
                List<CompletableFuture<Pid<Greeter.Greet>>> spawned =
                        List.of(spawn(cluster, 0, "anna"), spawn(cluster, 1, "anna"), spawn(cluster, 2, "anna"));
                int taken = 0;
                for (CompletableFuture<Pid<Greeter.Greet>> one : spawned) {
                    try {
                        cluster.await(one, LIMIT);
                    } catch (CompletionException e) {
                        assertThat(e.getCause())
                                .isInstanceOfSatisfying(
                                        ActorNameTakenException.class,
                                        failure -> assertThat(failure.name()).isEqualTo("anna"))
                                .hasMessage("the name anna is taken by an actor of kind greeter: choose another one, or"
                                        + " despawn that actor first");
                        taken++;
                    }
                }
                assertThat(taken).as("seed %d", seed).isEqualTo(2);
                assertThat(probe().expectMessage(LIMIT)).startsWith("anna started");
                probe().expectNoMessage(SHORT);
            }
        }
    }

    @Test
    void anActorWhoseNodeIsLostStartsOnAnotherOneWithoutAMessage() {
        try (TestCluster cluster = cluster(3)) {
            cluster.await(spawn(cluster, 0, "anna"), LIMIT);
            int first = nodeOf(probe().expectMessage(LIMIT));
            cluster.crash(first);
            int second = nodeOf(probe().expectMessage(LIMIT));
            assertThat(second).isNotEqualTo(first);
            cluster.awaitConverged(LIMIT);
            cluster.restart(first);
            cluster.awaitConverged(LIMIT);
            cluster.stop(second, LIMIT); // as planned
            assertThat(probe().receiveN(2, LIMIT))
                    .anySatisfy(note -> assertThat(note).isEqualTo("anna ended on n" + (second + 1)))
                    .anySatisfy(note -> assertThat(note).startsWith("anna started on n"));
        }
    }

    @Test
    void aDespawnedActorEndsAndItsNameIsFree() {
        try (TestCluster cluster = cluster(4)) {
            Pid<Greeter.Greet> pid = cluster.await(spawn(cluster, 0, "anna"), LIMIT);
            String started = probe().expectMessage(LIMIT);
            assertThat(cluster.await(cluster.node(1).despawn("anna"), LIMIT)).isTrue();
            assertThat(cluster.await(cluster.node(1).despawn("anna"), LIMIT)).isFalse();
            assertThat(probe().expectMessage(LIMIT)).isEqualTo(started.replace("started", "ended"));
            assertThat(cluster.await(cluster.node(2).actorExists("anna"), LIMIT))
                    .isFalse();
            assertThatThrownBy(() -> cluster.await(pid.ask(new Greeter.Greet("x"), LIMIT), LIMIT))
                    .hasCauseInstanceOf(AskException.class)
                    .hasMessageContaining(
                            "no actor of kind greeter is named anna: spawn it first, or find out who there"
                                    + " is with get(name)");
            cluster.await(spawn(cluster, 2, "anna"), LIMIT);
            assertThat(probe().expectMessage(LIMIT)).startsWith("anna started");
            assertThat(cluster.await(pid.ask(new Greeter.Greet("x"), LIMIT), LIMIT))
                    .isEqualTo("hello x");
        }
    }

    @Test
    void messagesAreRoutedByNameAndOnlyThoseOfTheActor() {
        try (TestCluster cluster = cluster(5)) {
            ClusterActorSystem system = cluster.node(0);
            assertThat(cluster.await(
                            system.routeMessage("anna", new Greeter.Greet("x"), DeliveryGuarantee.AT_LEAST_ONCE),
                            LIMIT))
                    .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.ENDED));
            cluster.await(spawn(cluster, 1, "anna"), LIMIT);
            for (int node = 0; node < 3; node++) {
                assertThat(cluster.await(
                                cluster.node(node)
                                        .routeMessage("anna", new Greeter.Greet("x"), DeliveryGuarantee.EXACTLY_ONCE),
                                LIMIT))
                        .isInstanceOf(SendOutcome.Processed.class);
            }
            assertThatThrownBy(() -> system.routeMessage("anna", 7, DeliveryGuarantee.AT_LEAST_ONCE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a java.lang.Integer is no message of kind greeter, of which actor anna is: it takes "
                            + Greeter.Greet.class.getName());
        }
    }

    /** What a node tells its actors cannot be sent by others to any effect. */
    @Test
    void whoeverSendsAnActorWhatOnlyItsNodeSaysEndsNobody() {
        try (TestCluster cluster = cluster(6)) {
            Pid<Greeter.Greet> pid = cluster.await(spawn(cluster, 0, "anna"), LIMIT);
            probe().expectMessage(LIMIT);
            @SuppressWarnings("unchecked")
            Pid<Object> untyped = (Pid<Object>) (Pid<?>) pid;
            cluster.await(untyped.tell("stop 1"), LIMIT);
            assertThat(cluster.await(untyped.tell(7), LIMIT)).isInstanceOf(SendOutcome.Failed.class);
            assertThat(cluster.await(pid.ask(new Greeter.Greet("x"), LIMIT), LIMIT))
                    .isEqualTo("hello x");
            probe().expectNoMessage(SHORT);
        }
    }
}
