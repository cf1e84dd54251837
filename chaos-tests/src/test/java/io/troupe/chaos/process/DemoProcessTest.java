package io.troupe.chaos.process;

import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The demo as a person runs it. */
@Timeout(900)
class DemoProcessTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path workspace;

    @Test
    void survivesTheKillOfItsLeaderAndSaysSo() throws IOException, InterruptedException {
        try (DemoCommand demo = DemoCommand.start(workspace, "--events=20k", "--stock")) {
            assertThat(demo.exitCode()).as("%s%s", demo.out(), demo.err()).isZero();
            assertThat(demo.out())
                    .containsPattern("\\[\\d+\\.\\ds\\] KILL n[123] \\(leader, pid \\d+\\)\n")
                    .containsPattern(
                            "\\[\\d+\\.\\ds\\] leader n[123] term \\d+ \\(\\+\\d+\\.\\d s\\), all shards served \\(\\+\\d+\\.\\d s\\)\n")
                    .containsPattern(
                            "\n([\\d,]+)/\\1 customers match \\(events, units, amount, order\\): LOST 0, DOUBLED 0\n")
                    .endsWith(" stock items match (events, units, amount, order): LOST 0, DOUBLED 0\n");
            assertThat(troubles(demo)).isEmpty();
            demo.assertNothingLeft();
        }
    }

    @Test
    @Tag("chaos")
    void theBankLosesNoMoneyWithItsLeader() throws IOException, InterruptedException {
        try (DemoCommand demo = DemoCommand.start(workspace, "bank", "--transfers=1k", "--accounts=200")) {
            assertThat(demo.exitCode()).as("%s%s", demo.out(), demo.err()).isZero();
            assertThat(demo.out())
                    .containsPattern("KILL n[123] \\(leader, pid \\d+\\)\n")
                    .containsPattern(
                            "1,000 transfers ended in [\\d.]+ s \\([\\d,]+/s\\): 9\\d\\d done, [1-9]\\d* undone\n")
                    .endsWith(
                            "200/200 accounts match the transfers that are done: sum 200,000 of 200,000, STUCK 0, LOST 0\n");
            demo.assertNothingLeft();
        }
    }

    @Test
    void theBankLosesNoMoneyByTransactionsEither() throws IOException, InterruptedException {
        try (DemoCommand demo =
                DemoCommand.start(workspace, "bank", "--as=transaction", "--transfers=1k", "--accounts=200")) {
            assertThat(demo.exitCode()).as("%s%s", demo.out(), demo.err()).isZero();
            assertThat(demo.out())
                    .containsPattern("KILL n[123] \\(leader, pid \\d+\\)\n")
                    .containsPattern(
                            "1,000 transfers ended in [\\d.]+ s \\([\\d,]+/s\\): 9\\d\\d done, [1-9]\\d* refused\n")
                    .endsWith(
                            "200/200 accounts match the transfers that are done: sum 200,000 of 200,000, STUCK 0, LOST 0\n");
            demo.assertNothingLeft();
        }
    }

    @Test
    @Tag("chaos")
    void theUsersAreWhatTheirEventsMakeOfThemWithoutTheirLeader() throws IOException, InterruptedException {
        try (DemoCommand demo = DemoCommand.start(workspace, "users", "--users=200", "--events=1k")) {
            assertThat(demo.exitCode()).as("%s%s", demo.out(), demo.err()).isZero();
            assertThat(demo.out())
                    .contains("3 nodes up; 1,000 events of 200 users (seed 1)\n")
                    .containsPattern("KILL n[123] \\(leader, pid \\d+\\)\n")
                    .containsPattern("\n[34] nodes as driver sees them, leader n[123]\n")
                    .containsPattern("  n[123] UP, leader: \\d+ shards, \\d+ of them of users, \\d+ entities active\n")
                    .containsPattern("20 log-ins that nobody renewed have ended by a reminder; [1-9]\\d* entities were"
                            + " active, now 0\n")
                    .containsPattern("gifts done, [1-9]\\d* undone\n")
                    .containsPattern(
                            "\n200/200 users match \\(device, profile, log-ins, points\\): accepted ([\\d,]+) of"
                                    + " \\1, points ([\\d,]+) of \\2; 0 entities active after all were read\n$");
            assertThat(troubles(demo)).isEmpty();
            demo.assertNothingLeft();
        }
    }

    @Test
    @Tag("chaos")
    void interruptedItLeavesNoProcessPortOrFile() throws IOException, InterruptedException {
        endedBySignalLeavesNothing("INT", 130);
    }

    @Test
    void killedItLeavesNoProcessPortOrFile() throws IOException, InterruptedException {
        endedBySignalLeavesNothing("KILL", 137);
    }

    @Test
    void badInputIsOneMessageOnStandardErrorAndExitCodeTwo() throws IOException, InterruptedException {
        Path file = Files.writeString(workspace.resolve("bad.csv"), """
                InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
                1,A,x,1,2010-12-01 08:26:00,1.5,7.0,UK
                1,A,x,one,2010-12-01 08:26:00,1.5,7.0,UK
                """);
        try (DemoCommand demo = DemoCommand.start(workspace, "--data", file.toString())) {
            assertThat(demo.exitCode()).isEqualTo(2);
            assertThat(demo.err())
                    .isEqualTo("data file " + file + " line 3: Quantity must be a whole number but was 'one'\n");
            assertThat(demo.out()).isEmpty();
            demo.assertNothingLeft();
        }
    }

    @Test
    void aPortInUseIsRefusedBeforeAnythingStarts() throws IOException, InterruptedException {
        try (ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DemoCommand demo = DemoCommand.start(workspace, "--port", "" + held.getLocalPort())) {
            assertThat(demo.exitCode()).isEqualTo(2);
            assertThat(demo.err())
                    .isEqualTo("port 127.0.0.1:" + held.getLocalPort()
                            + " is in use: stop the process that holds it, or choose another --port\n");
            demo.assertNothingLeft();
        }
    }

    /** What the demo says on standard error, but that a thread was slow to end: on a busy machine it may be. */
    private static List<String> troubles(DemoCommand demo) {
        return demo.err()
                .lines()
                .filter(line -> !line.contains("the transport agent has not ended within")
                        && !line.contains("a watch listener does not return"))
                .toList();
    }

    /** Signals the demo once messages flow. */
    private void endedBySignalLeavesNothing(String signal, int exitCode) throws IOException, InterruptedException {
        try (DemoCommand demo = DemoCommand.start(workspace, "--events=300k", "--kill=none")) {
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(demo.out()).as(demo.err()).contains(" acked "));
            List<ProcessHandle> nodes = demo.process().descendants().toList();
            List<Integer> ports = ports(demo.temporary());
            assertThat(nodes).hasSize(3);
            assertThat(ports).hasSize(6);
            new ProcessBuilder(
                            "kill", "-" + signal, Long.toString(demo.process().pid()))
                    .start()
                    .waitFor();
            assertThat(demo.exitCode()).isEqualTo(exitCode);
            await().atMost(SOON).until(() -> nodes.stream().noneMatch(ProcessHandle::isAlive));
            await().atMost(SOON).untilAsserted(() -> demo.assertNothingLeft());
            for (int port : ports) {
                // Tests beside this one look for free ports, too, and hold one for a moment.
                await().atMost(SOON).until(() -> FreePorts.isFree(port));
            }
        }
    }

    /** {@return every port in the seed list of the first node's configuration} */
    private static List<Integer> ports(Path temporary) throws IOException {
        List<Integer> ports = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(temporary, 3)) {
            Path file = tree.filter(path -> path.endsWith("n1/node.properties"))
                    .findFirst()
                    .orElseThrow();
            Properties properties = new Properties();
            properties.load(new StringReader(Files.readString(file)));
            for (String seed : properties.getProperty("seeds").split(",", -1)) {
                String[] parts = seed.split(":", -1);
                ports.add(Integer.valueOf(parts[1]));
                ports.add(Integer.valueOf(parts[2]));
            }
        }
        return ports;
    }
}
