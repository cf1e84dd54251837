package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.chaos.sim.OutboxSimulationTest.Account;
import io.troupe.chaos.sim.OutboxSimulationTest.Open;
import io.troupe.chaos.sim.OutboxSimulationTest.Send;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.internal.state.StateView;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Entities in several groups that send money to each other, a backup in the middle of faults, and a new cluster that
 * starts from it: what was under way arrives there, once, whichever group has sent it to whichever.
 */
class BackupSimulationTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int SEEDS = Integer.getInteger("troupe.backup.seeds", 60);
    private static final long FIRST = Long.getLong("troupe.backup.first", 1);

    private int taken;
    private int underWay;

    private void run(long seed) {
        SplitMix draws = new SplitMix(seed);
        try (TestCluster cluster = TestCluster.simulated(
                seed, 3, (int) (seed % 2), (int) (seed % 4), OutboxSimulationTest.REGISTRY, Account.KIND)) {
            for (int account = 0; account < OutboxSimulationTest.ACCOUNTS; account++) {
                assertThat(cluster.await(
                                cluster.node(0)
                                        .entity(Account.KIND, "a" + account)
                                        .tell(new Open(1_000)),
                                LIMIT))
                        .isInstanceOf(SendOutcome.Committed.class);
            }
            List<CompletableFuture<List<StateView>>> backups = new ArrayList<>();
            for (int round = 0; round < 12; round++) {
                if (round >= 4 && round < 8) {
                    backups.add(cluster.backup(round % 3)); // A node makes one at a time.
                }
                for (int i = 0; i < 10; i++) {
                    CompletableFuture<?> unused = cluster.node(draws.below(cluster.nodes()))
                            .entity(Account.KIND, "a" + draws.below(OutboxSimulationTest.ACCOUNTS))
                            .tell(new Send(
                                    "a" + draws.below(OutboxSimulationTest.ACCOUNTS),
                                    1 + draws.below(15),
                                    draws.below(2) == 0));
                    cluster.run(Duration.ofMillis(draws.below(10)));
                }
                cluster.storm(Duration.ofMillis(draws.below(60)));
            }
            cluster.settle();
            OutboxSimulationTest.checkAtRest(cluster, seed);
            for (CompletableFuture<List<StateView>> backup : backups) {
                if (backup.isDone() && !backup.isCompletedExceptionally()) {
                    restore(cluster, seed, backup.join());
                }
            }
        }
    }

    private void restore(TestCluster old, long seed, List<StateView> backup) {
        taken++;
        int[] messages = {0};
        backup.forEach(state -> state.forEach("outbox/", entry -> messages[0]++));
        underWay += messages[0];
        try (TestCluster cluster = old.restored(seed, backup)) {
            OutboxSimulationTest.checkAtRest(cluster, seed);
        }
    }

    @Test
    void whatWasUnderWayInABackupArrivesOnceInTheNewCluster() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            run(seed);
        }
        if (SEEDS > 10) {
            assertThat(taken).as("backups").isGreaterThan(SEEDS);
            assertThat(underWay).as("messages under way in them").isGreaterThan(10 * SEEDS);
        }
    }
}
