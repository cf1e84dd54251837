package io.troupe.chaos.process;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.troupe.cluster.NodeAddress;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Three node processes behind proxies lose their leader in several ways, while a client writes. */
@Timeout(90)
class ProcessScenarioTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int WARM = 100;
    /** Acknowledged writes while the fault lasts and after it; fewer would prove nothing. */
    private static final int MIN_COMMITTED = 50;

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void noAcknowledgedWriteIsLostAndNoneIsDoubled(Scenario scenario) throws InterruptedException {
        List<ProcessHandle> processes;
        Stream<Integer> ports;
        ClusterProcesses cluster = ClusterProcesses.start(ClusterPlan.of(LedgerNode.class.getName(), 3, 7));
        try (cluster;
                LedgerClient client = LedgerClient.start(cluster.client("c1").build())) {
            processes = cluster.nodes().stream().map(NodeProcess::handle).toList();
            run(scenario, cluster, client);
            processes = Stream.concat(
                            processes.stream(), cluster.nodes().stream().map(NodeProcess::handle))
                    .toList();
            ports = Stream.concat(
                    cluster.seeds().stream().flatMap(ProcessScenarioTest::ports),
                    cluster.links().all().stream().map(FaultProxy::port).toList().stream());
        }
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        assertThat(ports).allMatch(FreePorts::isFree);
        assertThat(cluster.root()).doesNotExist();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("troupe-") && name.endsWith("-proxy"));
    }

    private static Stream<Integer> ports(NodeAddress seed) {
        return Stream.of(seed.messagingPort(), seed.raftPort());
    }

    private static void run(Scenario scenario, ClusterProcesses cluster, LedgerClient client)
            throws InterruptedException {
        await().atMost(SOON)
                .until(() -> client.committed() >= WARM && !client.leader().isEmpty());
        String leader = client.leader();
        assertThat(cluster.links().all())
                .as("links between nodes that carry bytes")
                .filteredOn(proxy ->
                        proxy.name().contains(leader + "-") && proxy.name().endsWith("-raft"))
                .anyMatch(proxy -> proxy.forwardedBytes() > 0);
        long startNs = System.nanoTime();
        int before = client.committed();
        scenario.begin(cluster, leader);
        await().atMost(SOON).until(() -> client.inFlight() > 0);
        int inFlight = client.inFlight();
        Duration lasts = scenario.duration(cluster.plan().lease());
        await().atMost(SOON).until(() -> System.nanoTime() - startNs >= lasts.toNanos());
        // The others can only elect a leader if the links of the replicated log are cut as well.
        await().atMost(SOON)
                .until(() -> !client.leader().equals(leader) && !client.leader().isEmpty());
        int during = client.committed() - before;
        scenario.end(cluster, leader);
        int healed = client.committed();
        await().alias(cluster.condition()).atMost(SOON).until(() -> client.committed() >= healed + MIN_COMMITTED);
        client.stopSending();
        await().alias("every write ends").atMost(SOON).until(() -> client.inFlight() == 0);
        LedgerClient.Verdict verdict = client.verdict(SOON);
        System.out.printf(
                "%s: %d sent, %d acknowledged (%d during the fault of %d ms), %d unknown, %d in flight at the fault%n",
                scenario.word(),
                verdict.sent(),
                verdict.committed(),
                during,
                lasts.toMillis(),
                verdict.unknown(),
                inFlight);
        assertThat(verdict.violations()).isEmpty();
        assertThat(inFlight).as("INVALID run: writes in flight at the fault").isPositive();
        assertThat(during).as("INVALID run: acknowledged during the fault").isGreaterThanOrEqualTo(MIN_COMMITTED);
        assertThat(verdict.unknown()).as("unknown of %d", verdict.sent()).isLessThanOrEqualTo(verdict.sent() / 100);
    }
}
