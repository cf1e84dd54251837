package io.troupe.chaos.process.scenario;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.chaos.check.History;
import io.troupe.chaos.check.HistoryFile;
import io.troupe.chaos.check.NoDoubledEffect;
import io.troupe.chaos.check.NoLostAck;
import io.troupe.chaos.process.ClusterPlan;
import io.troupe.chaos.process.ClusterProcesses;
import io.troupe.chaos.process.HarnessException;
import io.troupe.chaos.process.LogDamage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** One of three voters comes back with a damaged log while a client writes. */
@Tag("chaos")
@Timeout(900)
class DiskFaultTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int WARM = 200;
    private static final int MIN_COMMITTED = 50;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /**
     * A voter may refuse a bit that was flipped, or repair it from the others; of a log that was cut it starts never.
     */
    @Test
    void aVoterWithADamagedLogHarmsNobody() throws IOException, InterruptedException {
        Path file = directory.resolve("history.jsonl");
        try (ClusterProcesses cluster = ClusterProcesses.start(ClusterPlan.of(NodeMain.class.getName(), 3, 7));
                ClusterActorSystem sender = ClusterActorSystem.start(
                                cluster.client("c1").build(), Ledger.MESSAGES)
                        .join();
                HistoryRecorder recorder = new HistoryRecorder(file);
                LedgerWorkload client = new LedgerWorkload(sender, recorder)) {
            await().atMost(SOON)
                    .until(() -> client.acknowledged() >= WARM
                            && sender.cluster().leader().isPresent());
            String victim = sender.cluster().leader().orElseThrow().nodeId().equals("n1") ? "n2" : "n1";
            long seed = cluster.plan().seed();
            cluster.node(victim).kill();
            String flipped = LogDamage.flipBit(cluster.node(victim), cluster.dataDirectory(victim), seed);
            String refusal = restart(cluster, victim);
            System.out.println(flipped + " of " + victim + " flipped: " + told(refusal));
            awaitWrites(client);
            if (!refusal.isEmpty()) {
                // The same bit once more: the log is whole again, and so was nothing else wrong with it.
                assertThat(LogDamage.flipBit(cluster.node(victim), cluster.dataDirectory(victim), seed))
                        .isEqualTo(flipped);
                cluster.restart(victim);
            }
            cluster.node(victim).kill();
            String cut = LogDamage.truncate(cluster.node(victim), cluster.dataDirectory(victim));
            String tooShort = restart(cluster, victim);
            System.out.println(cut + " of " + victim + " cut off: " + told(tooShort));
            assertThat(tooShort).contains("its log ends with entry ").contains("the log was cut");
            awaitWrites(client);
            client.stop();
            await().alias("every write ends").atMost(SOON).until(() -> client.inFlight() == 0);
            client.conclude(SOON);
        }
        History history = HistoryFile.read(file);
        assertThat(new NoLostAck().check(history).passes()).isTrue();
        assertThat(new NoDoubledEffect().check(history).passes()).isTrue();
    }

    private static void awaitWrites(LedgerWorkload client) {
        int before = client.acknowledged();
        await().atMost(SOON).until(() -> client.acknowledged() >= before + MIN_COMMITTED);
    }

    private static String told(String refusal) {
        return refusal.isEmpty()
                ? "accepted"
                : refusal.lines().reduce((first, last) -> last).orElse("");
    }

    /** {@return why the node refused to start; empty if it runs} */
    private static String restart(ClusterProcesses cluster, String nodeId) {
        try {
            cluster.restart(nodeId);
            return "";
        } catch (HarnessException refused) {
            assertThat(refused)
                    .hasMessageContaining("ended with exit code 2")
                    .hasMessageContaining("remove this voter and add a new one");
            return String.valueOf(refused.getMessage());
        }
    }
}
