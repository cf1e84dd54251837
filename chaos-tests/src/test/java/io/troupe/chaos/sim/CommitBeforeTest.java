package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.AskException;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.chaos.sim.UserActors.Account;
import io.troupe.chaos.sim.UserActors.Pinged;
import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.sim.UserActors.LIMIT;
import static io.troupe.chaos.sim.UserActors.cluster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is to take effect soon or never. */
class CommitBeforeTest {
    private static final SendOutcome TOO_LATE = new SendOutcome.NotExecuted(SendOutcome.Reason.DEADLINE_PASSED);

    private static long balance(TestCluster cluster, String id) {
        return cluster.await(cluster.node(0).entity(Account.KIND, id).ask(new Account.Deposit(0), LIMIT), LIMIT);
    }

    /** {@return a node that does not lead} */
    private static int follower(TestCluster cluster) {
        String leader = cluster.node(0).cluster().leader().orElseThrow().nodeId();
        return leader.equals("n1") ? 1 : 0;
    }

    private static String entityOf(TestCluster cluster, int node) {
        for (int i = 0; ; i++) {
            int shard = cluster.node(0).cluster().shardOf("account", "a" + i);
            if (("n" + (node + 1)).equals(cluster.node(0).cluster().owner(shard))) {
                return "a" + i;
            }
        }
    }

    @Test
    void whatIsInTimeTakesEffect() {
        try (TestCluster cluster = cluster(61)) {
            Pid<Account.Message> account = cluster.node(0).entity(Account.KIND, "a");
            assertThat(cluster.await(account.commitBefore(LIMIT).tell(new Account.Deposit(3)), LIMIT))
                    .isInstanceOf(SendOutcome.Committed.class);
            assertThat(cluster.await(account.commitBefore(LIMIT).ask(new Account.Deposit(4), LIMIT), LIMIT))
                    .isEqualTo(7);
        }
    }

    /**
     * The handler has run, in time, and its commit was on its way when nobody had a majority any more. When there is
     * one again, the clock of the log has passed: the log refuses it, and tells that it never takes effect.
     */
    @Test
    void aCommitThatComesToTheLogAfterItsTimeIsRefusedThereThoughItsHandlerRanBefore() {
        int late = 0;
        for (long seed = 62; seed <= 66; seed++) {
            try (TestCluster cluster = cluster(seed)) {
                int owner = follower(cluster);
                String id = entityOf(cluster, owner);
                balance(cluster, id);
                cluster.settle();
                Pid<Account.Message> account = cluster.node(owner).entity(Account.KIND, id);
                cluster.partition(Set.of(0), Set.of(1, 2));
                cluster.partition(Set.of(1), Set.of(2));
                CompletableFuture<SendOutcome> timely =
                        account.commitBefore(Duration.ofSeconds(1)).tell(new Account.Deposit(100));
                CompletableFuture<Long> asked =
                        account.commitBefore(Duration.ofSeconds(1)).ask(new Account.Deposit(10), LIMIT);
                CompletableFuture<SendOutcome> patient = account.tell(new Account.Deposit(1));
                cluster.run(Duration.ofSeconds(3));
                assertThat(timely).as("nobody knows yet").isNotDone();
                cluster.settle();
                SendOutcome told = cluster.await(timely, LIMIT);
                if (told instanceof SendOutcome.Unknown unknown) { // its session ended first, but it can be settled
                    assertThat(cluster.await(account.resolve(unknown), LIMIT))
                            .as("seed %d", seed)
                            .isInstanceOf(SendOutcome.NotExecuted.class);
                    continue;
                }
                late++;
                assertThat(told).as("seed %d", seed).isEqualTo(TOO_LATE);
                assertThatThrownBy(() -> cluster.await(asked, LIMIT))
                        .cause()
                        .isInstanceOfSatisfying(
                                AskException.class,
                                failure -> assertThat(failure.outcome()).isEqualTo(TOO_LATE));
                assertThat(cluster.await(patient, LIMIT)).isInstanceOf(SendOutcome.Committed.class);
                assertThat(balance(cluster, id)).as("seed %d", seed).isEqualTo(1);
            }
        }
        assertThat(late).as("runs in which the session has outlived the gap").isGreaterThanOrEqualTo(3);
    }

    /** Whatever happens: what is told committed is in, and what is told too late is not, now or later. */
    @Test
    void inStormsEveryOutcomeIsTrue() {
        int late = 0;
        int committed = 0;
        for (long seed = 71; seed <= 75; seed++) {
            try (TestCluster cluster = cluster(seed)) {
                List<CompletableFuture<SendOutcome>> told = new ArrayList<>();
                for (int round = 0; round < 8; round++) {
                    for (int node = 0; node < 3; node++) {
                        Pid<Account.Message> account = cluster.node(node).entity(Account.KIND, "a");
                        for (int i = 0; i < 3; i++) {
                            told.add(account.commitBefore(Duration.ofMillis(30 + 60L * i))
                                    .tell(new Account.Deposit(1)));
                        }
                    }
                    cluster.storm(Duration.ofMillis(150));
                }
                cluster.settle();
                int in = 0;
                int unknown = 0;
                for (CompletableFuture<SendOutcome> one : told) {
                    if (!one.isDone() || one.join() instanceof SendOutcome.Unknown) {
                        unknown++; // its sender crashed or lost its session
                    } else if (one.join() instanceof SendOutcome.Committed) {
                        in++;
                    } else {
                        late += one.join().equals(TOO_LATE) ? 1 : 0;
                        assertThat(one.join()).isInstanceOf(SendOutcome.NotExecuted.class);
                    }
                }
                committed += in;
                assertThat(balance(cluster, "a")).as("seed %d", seed).isBetween((long) in, (long) in + unknown);
            }
        }
        assertThat(late).as("late ones").isPositive();
        assertThat(committed).as("timely ones").isPositive();
    }

    @Test
    void onlyWhatIsCommittedCanBeLate() {
        try (TestCluster cluster = cluster(67)) {
            Pid<Account.Message> account = cluster.node(0).entity(Account.KIND, "a");
            assertThatThrownBy(() -> cluster.node(0).entity(Pinged.KIND, "p").commitBefore(LIMIT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "kind pinged commits nothing: use commitBefore for durable kinds, and ask with a timeout"
                                    + " here");
            for (Duration bad : List.of(Duration.ZERO, Duration.ofDays(2))) {
                assertThatThrownBy(() -> account.commitBefore(bad))
                        .hasMessage("a message to account/a can be given 1 ms to 1 day to be committed, not " + bad);
            }
            Kind<UserActors.Ping> local = Kind.of("local", UserActors.Ping.class, Pinged::new);
            assertThatThrownBy(() -> cluster.node(0).spawn(local, "l").commitBefore(LIMIT))
                    .hasMessageEndingWith(" commits nothing: use commitBefore for durable entities of the cluster");
        }
    }
}
