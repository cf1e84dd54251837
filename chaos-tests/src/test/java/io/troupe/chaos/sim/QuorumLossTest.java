package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.EntityState;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.QuorumLoss;
import io.troupe.actors.Read;
import io.troupe.chaos.sim.UserActors.Account;
import io.troupe.chaos.sim.UserActors.Ping;
import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.ActorQuery;
import io.troupe.cluster.ActorSync;
import io.troupe.cluster.ClusterEvent;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.Lookup;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.sim.UserActors.LIMIT;
import static io.troupe.chaos.sim.UserActors.REGISTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What each kind does on a node that reaches no majority, and that the exceptions stay what they are. */
class QuorumLossTest {
    private static final int IDS = 12;

    /** What a handler saw when it ran: in the order of virtual time. */
    private record Run(String kind, String id, long epoch, boolean owner) {}

    /** Writes down every run of its kind. */
    private static final class Witness implements Handler<Ping> {
        private final String kind;
        private final List<Run> runs;

        Witness(String kind, List<Run> runs) {
            this.kind = kind;
            this.runs = runs;
        }

        static Kind<Ping> kind(String name, QuorumLoss mode, List<Run> runs) {
            return Kind.of(name, Ping.class, () -> new Witness(name, runs)).onQuorumLoss(mode);
        }

        @Override
        public void receive(Ping message, ActorContext<Ping> context) {
            runs.add(new Run(kind, context.self().actorId(), context.fencingToken(), context.isOwner()));
            context.reply(message, 1);
        }
    }

    /**
     * A run under a lower epoch than an earlier one is a second activation. A kind that stops never has one; a kind
     * that goes on has some, all of which know that they are no owners.
     */
    private static void check(List<Run> runs, long seed) {
        Map<String, Long> newest = new HashMap<>();
        for (Run run : runs) {
            long earlier = newest.merge(run.kind() + run.id(), run.epoch(), Math::max);
            if (run.owner() || run.kind().equals("stopping")) {
                assertThat(run.owner()).as("seed %d: %s", seed, run).isTrue();
                assertThat(run.epoch()).as("seed %d: %s", seed, run).isEqualTo(earlier);
            }
        }
    }

    @Test
    void onlyAKindThatGoesOnRunsTwiceAndKnowsItAndNoneDoesOnceTheQuorumIsBack() {
        int unfenced = 0;
        int doubled = 0;
        for (long seed = 1; seed <= 5; seed++) {
            List<Run> runs = new ArrayList<>();
            Kind<Ping> stopping = Witness.kind("stopping", QuorumLoss.STOP, runs);
            Kind<Ping> going = Witness.kind("going", QuorumLoss.CONTINUE_UNFENCED, runs);
            try (TestCluster cluster = TestCluster.simulated(seed, 3, REGISTRY, stopping, going)) {
                for (int round = 0; round < 6; round++) {
                    if (round % 2 == 1) {
                        int alone = (int) (seed + round) % 3;
                        cluster.partition(Set.of(alone), Set.of((alone + 1) % 3, (alone + 2) % 3));
                    }
                    for (int step = 0; step < 4; step++) {
                        tellAll(cluster, stopping, going);
                        if (round % 2 == 1) {
                            cluster.run(Duration.ofMillis(500));
                        } else {
                            cluster.storm(Duration.ofMillis(150));
                        }
                    }
                    cluster.settle();
                }
                check(runs, seed);
                unfenced += (int) runs.stream().filter(run -> !run.owner()).count();
                doubled += (int) unownedAndSuperseded(runs);
                int before = runs.size();
                for (int node = 0; node < 3; node++) {
                    ActorSync sync =
                            cluster.await(cluster.node(node).cluster().manager().syncActorRegistry(LIMIT), LIMIT);
                    assertThat(sync.ended())
                            .as("seed %d: it ends by itself", seed)
                            .isZero();
                    assertThat(sync.owned()).isPositive();
                }
                tellAll(cluster, stopping, going);
                cluster.settle();
                assertThat(runs.subList(before, runs.size()))
                        .as("seed %d", seed)
                        .allMatch(Run::owner);
                theCommittedOwnersAlone(cluster, seed);
            }
        }
        assertThat(unfenced).as("runs without a lease").isPositive();
        assertThat(doubled).as("runs beside a later owner's").isPositive();
    }

    private static void tellAll(TestCluster cluster, Kind<Ping> stopping, Kind<Ping> going) {
        for (int node = 0; node < 3; node++) {
            ClusterActorSystem system = cluster.node(node);
            for (int i = 0; i < IDS; i++) {
                CompletableFuture<?> one = system.entity(stopping, "s" + i).tell(new Ping(1));
                CompletableFuture<?> other = system.entity(going, "g" + i).tell(new Ping(1));
                assertThat(List.of(one, other)).isNotEmpty();
            }
        }
    }

    private static long unownedAndSuperseded(List<Run> runs) {
        Map<String, Long> newest = new HashMap<>();
        return runs.stream()
                .filter(run -> newest.merge(run.kind() + run.id(), run.epoch(), Math::max) > run.epoch())
                .count();
    }

    private static void theCommittedOwnersAlone(TestCluster cluster, long seed) {
        List<ActorInfo> actors = cluster.await(
                        cluster.node(0).cluster().manager().actors(ActorQuery.ALL, LIMIT), LIMIT)
                .actors();
        assertThat(actors).as("seed %d", seed).hasSize(2 * IDS).noneMatch(ActorInfo::unfenced);
        assertThat(actors).extracting(ActorInfo::id).doesNotHaveDuplicates();
        assertThat(actors)
                .allSatisfy(actor -> assertThat(cluster.node(0).cluster().whereIs(actor.shard()))
                        .isInstanceOfSatisfying(Lookup.Hosted.class, hosted -> {
                            assertThat(hosted.nodeId()).isEqualTo(actor.nodeId());
                            assertThat(hosted.epoch()).isEqualTo(actor.epoch());
                        }));
    }

    @Test
    void aNodeTellsWhatItLosesWhatGoesOnAndWhatIsLeftAfterwards() {
        List<Run> runs = new ArrayList<>();
        Kind<Ping> going = Witness.kind("going", QuorumLoss.CONTINUE_UNFENCED, runs);
        Kind<Account.Message> read = Account.KIND.onQuorumLoss(QuorumLoss.SERVE_READS);
        Kind<Ping> stopping = Witness.kind("stopping", QuorumLoss.STOP, runs);
        try (TestCluster cluster = TestCluster.simulated(41, 3, REGISTRY, stopping, going, read)) {
            ClusterActorSystem minority = cluster.node(0);
            List<ClusterEvent> heard = new ArrayList<>();
            minority.cluster().subscribe(event -> {
                if (event instanceof ClusterEvent.QuorumLost
                        || event instanceof ClusterEvent.Degraded
                        || event instanceof ClusterEvent.QuorumRegained) {
                    heard.add(event);
                }
            });
            cluster.run(Duration.ofSeconds(2));
            assertThat(heard).isEmpty();
            cluster.partition(Set.of(0), Set.of(1, 2));
            cluster.run(Duration.ofSeconds(3));
            assertThat(heard)
                    .hasSize(2)
                    .hasAtLeastOneElementOfType(ClusterEvent.QuorumLost.class)
                    .last()
                    .isInstanceOfSatisfying(
                            ClusterEvent.Degraded.class,
                            degraded -> assertThat(degraded.kinds()).containsExactlyInAnyOrder("going", "account"));
            assertThatThrownBy(() ->
                            cluster.await(minority.cluster().manager().syncActorRegistry(Duration.ofSeconds(1)), LIMIT))
                    .hasMessageEndingWith(
                            "node n1 has not heard within PT1S what it owns: a majority of the voters must"
                                    + " reach a leader");
            cluster.settle();
            assertThat(heard)
                    .hasSize(3)
                    .last()
                    .isEqualTo(
                            new ClusterEvent.QuorumRegained(false, heard.get(2).revision()));
        }
    }

    /** Its process stood still, or everybody was cut off for a moment: then nobody has been given what it owns. */
    @Test
    void whoIsBackBeforeItsSessionHasEndedGoesOnWithWhatItHad() {
        for (long seed = 51; seed <= 54; seed++) {
            List<Run> runs = new ArrayList<>();
            Kind<Ping> going = Witness.kind("going", QuorumLoss.CONTINUE_UNFENCED, runs);
            try (TestCluster cluster = TestCluster.simulated(seed, 3, REGISTRY, going)) {
                List<ClusterEvent> heard = new ArrayList<>();
                cluster.node(0).cluster().subscribe(heard::add);
                long life = cluster.node(0).cluster().incarnation();
                cluster.partition(Set.of(0), Set.of(1, 2));
                cluster.partition(Set.of(1), Set.of(2)); // nobody can end a session
                cluster.run(Duration.ofSeconds(3));
                cluster.settle();
                assertThat(cluster.node(0).cluster().incarnation()).isEqualTo(life);
                assertThat(heard)
                        .filteredOn(ClusterEvent.QuorumRegained.class::isInstance)
                        .extracting(event -> ((ClusterEvent.QuorumRegained) event).kept())
                        .containsExactly(true);
            }
        }
    }

    private static EntityState<Account.State> read(
            TestCluster cluster, Kind<Account.Message> kind, String id, Read how) {
        ClusterActorSystem system = cluster.node(0);
        return cluster.await(system.read(system.entity(kind, id), Account.State.class, how), LIMIT);
    }

    private static long balance(EntityState<Account.State> read) {
        return Objects.requireNonNull(read.state()).balance();
    }

    @Test
    void whatAKindServesWithoutAQuorumIsItsOwnChoiceAndSaysItsRevision() {
        Kind<Account.Message> old = Kind.durable("old", Account.Message.class, Account.State.class, Account::new)
                .onQuorumLoss(QuorumLoss.SERVE_READS);
        try (TestCluster cluster = TestCluster.simulated(42, 3, REGISTRY, Account.KIND, old)) {
            for (Kind<Account.Message> kind : List.of(Account.KIND, old)) {
                cluster.await(cluster.node(1).entity(kind, "a").ask(new Account.Deposit(7), LIMIT), LIMIT);
            }
            cluster.settle();
            assertThat(balance(read(cluster, Account.KIND, "a", Read.LOCAL))).isEqualTo(7);
            cluster.partition(Set.of(0), Set.of(1, 2));
            cluster.run(Duration.ofSeconds(3));
            for (Kind<Account.Message> kind : List.of(Account.KIND, old)) {
                cluster.await(cluster.node(1).entity(kind, "a").ask(new Account.Deposit(1), LIMIT), LIMIT);
            }
            assertThatThrownBy(() -> read(cluster, Account.KIND, "a", Read.LOCAL))
                    .cause()
                    .isInstanceOfSatisfying(
                            ClusterException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ClusterException.Code.NO_QUORUM))
                    .hasMessage(
                            "node n1 has no lease, so nobody knows how old its copy of account/a is: read it on another"
                                    + " node, or let its kind say onQuorumLoss(SERVE_READS)");
            EntityState<Account.State> stale = read(cluster, old, "a", Read.LOCAL);
            assertThat(balance(stale)).isEqualTo(7);
            CompletableFuture<?> fresh =
                    cluster.node(0).read(cluster.node(0).entity(old, "a"), Account.State.class, Read.LINEARIZABLE);
            cluster.run(Duration.ofSeconds(2));
            assertThat(fresh.isDone() && !fresh.isCompletedExceptionally())
                    .as("nobody can promise that here")
                    .isFalse();
            cluster.settle();
            for (Kind<Account.Message> kind : List.of(Account.KIND, old)) {
                EntityState<Account.State> found = read(cluster, kind, "a", Read.LOCAL);
                assertThat(balance(found)).isEqualTo(8);
                assertThat(found.revision()).isGreaterThan(stale.revision());
            }
        }
    }

    /** The lease of its node says nothing about the copy of a state group, which has a log of its own. */
    @Test
    void aCopyOfAStateGroupThatStandsStillIsNotReadLocally() {
        Kind<Account.Message> old = Kind.durable("old", Account.Message.class, Account.State.class, Account::new)
                .onQuorumLoss(QuorumLoss.SERVE_READS);
        try (TestCluster cluster = TestCluster.simulated(42, 3, 0, 1, REGISTRY, Account.KIND, old)) {
            deposit(cluster, 7, Account.KIND, old);
            cluster.settle();
            assertThat(balance(read(cluster, Account.KIND, "a", Read.LOCAL)))
                    .as("read at once: this life knows from its first moment how old the copy is")
                    .isEqualTo(7);
            cluster.holdBack(0, 1, true);
            cluster.run(Duration.ofSeconds(3));
            assertThat(cluster.node(0).cluster().inCluster()).isTrue();
            assertThatThrownBy(() -> read(cluster, Account.KIND, "a", Read.LOCAL))
                    .cause()
                    .isInstanceOfSatisfying(
                            ClusterException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ClusterException.Code.NO_QUORUM))
                    .hasMessage("node n1 has not heard of the log for a lease, so nobody knows how old its copy of"
                            + " account/a is: read it on another node, or let its kind say onQuorumLoss(SERVE_READS)");
            assertThat(balance(read(cluster, old, "a", Read.LOCAL))).isEqualTo(7);
            cluster.holdBack(0, 1, false);
            deposit(cluster, 1, Account.KIND, old);
            cluster.run(Duration.ofSeconds(1)); // a keep-alive shows how old the copy is
            for (Kind<Account.Message> kind : List.of(Account.KIND, old)) {
                assertThat(balance(read(cluster, kind, "a", Read.LOCAL))).isEqualTo(8);
            }
        }
    }

    @SafeVarargs
    private static void deposit(TestCluster cluster, long amount, Kind<Account.Message>... kinds) {
        for (Kind<Account.Message> kind : kinds) {
            cluster.await(cluster.node(1).entity(kind, "a").ask(new Account.Deposit(amount), LIMIT), LIMIT);
        }
    }
}
