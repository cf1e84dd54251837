package io.troupe.demo.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.troupe.cluster.ClusterConfig;
import io.troupe.demo.FreePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Every example does what it shows. */
@Timeout(180)
class ExamplesTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void helloActor() throws IOException {
        assertThat(HelloActor.run(alone())).isEqualTo("Hello, world, says my-actor");
    }

    @Test
    void asking() throws IOException {
        assertThat(Asking.run(alone()))
                .containsExactly(
                        "Put[pieces=5]: 5 left", "Take[pieces=3]: 2 left", "Take[pieces=4]: Rejected[why=only 2 left]");
    }

    @Test
    void workersLiveOnNodesWithTheirRoleAndAreFoundByName() throws IOException {
        int messaging = FreePort.next();
        int raft = FreePort.next();
        ClusterConfig front = config("front", messaging, raft)
                .dataDir(directory.resolve("front"))
                .build();
        ClusterConfig first = config("w1", messaging, raft)
                .listen("127.0.0.1", FreePort.next())
                .roles(Workers.ROLE)
                .build();
        ClusterConfig second = config("w2", messaging, raft)
                .listen("127.0.0.1", FreePort.next())
                .roles(Workers.ROLE)
                .build();
        List<String> answers = Workers.run(front, first, second);
        assertThat(answers).hasSize(7);
        for (int number = 1; number <= 4; number++) {
            assertThat(answers.get(number - 1)).matches("worker-" + number + " on w[12]: " + number * number);
        }
        assertThat(answers.subList(4, 7))
                .containsExactly("worker-1 is taken", "job 7: Processed", "worker-1 exists: false");
    }

    @Test
    void twoTerminalsWriteIntoOneBook() throws IOException {
        List<String> ports = List.of("" + FreePort.next(), "" + FreePort.next(), "" + FreePort.next());
        try (Terminal voter = new Terminal(file("voter", ports))) {
            voter.awaitLine("voter is in the cluster: type a name, or end the input to leave");
            voter.type("Ann");
            voter.awaitLine("Ann is guest number 1, says voter");
            try (Terminal guest = new Terminal(file("guest", ports))) {
                guest.awaitLine("guest is in the cluster: type a name, or end the input to leave");
                guest.type("Bob");
                await().atMost(LIMIT).until(() -> guest.screen.size() == 2);
                assertThat(guest.screen.get(1)).startsWith("Bob is guest number 2, says ");
            }
            voter.type("Cid");
            await().atMost(LIMIT).until(() -> voter.screen.size() == 3);
            assertThat(voter.screen.get(2)).startsWith("Cid is guest number 3, says ");
        }
    }

    @Test
    void aTerminalWithABadFileSaysWhatToChange() throws IOException {
        Path file = Files.writeString(directory.resolve("bad.properties"), "node.id = voter\nsedes = x\n");
        List<String> screen = new CopyOnWriteArrayList<>();
        TwoTerminals.run(file, new BufferedReader(new StringReader("")), screen::add);
        assertThat(screen).singleElement().asString().startsWith("refused: ").contains("sedes");
    }

    /** The file of the repository, with a directory and ports of this test. */
    private Path file(String name, List<String> ports) throws IOException {
        String text = Files.readString(Path.of("examples", name + ".properties"))
                .replace(
                        "target/guest-book",
                        directory.resolve("book").toString().replace('\\', '/'))
                .replace("17701", ports.get(0))
                .replace("17801", ports.get(1))
                .replace("17702", ports.get(2));
        return Files.writeString(directory.resolve(name + ".properties"), text);
    }

    /** One terminal: a thread that runs the program, a keyboard and a screen. */
    private static final class Terminal implements AutoCloseable {
        final List<String> screen = new CopyOnWriteArrayList<>();
        private final PipedWriter keyboard = new PipedWriter();
        private final Thread thread;

        Terminal(Path file) throws IOException {
            BufferedReader lines = new BufferedReader(new PipedReader(keyboard));
            thread = new Thread(() -> run(file, lines), "terminal");
            thread.start();
        }

        private void run(Path file, BufferedReader lines) {
            try {
                TwoTerminals.run(file, lines, screen::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void type(String line) throws IOException {
            keyboard.write(line + "\n");
            keyboard.flush();
        }

        void awaitLine(String line) {
            await().atMost(LIMIT).until(() -> screen.contains(line));
        }

        @Override
        public void close() throws IOException {
            keyboard.close();
            boolean interrupted = false;
            try {
                thread.join(LIMIT.toMillis());
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            assertThat(thread.isAlive()).isFalse();
        }
    }

    private ClusterConfig alone() throws IOException {
        return config("n1", FreePort.next(), FreePort.next()).dataDir(directory).build();
    }

    private static ClusterConfig.Builder config(String nodeId, int messagingPort, int raftPort) {
        String seed = nodeId.equals("n1") ? "n1" : "front";
        return ClusterConfig.builder(nodeId)
                .clusterName("examples")
                .shards(16)
                .setShards(16)
                .addNode(seed, "127.0.0.1", messagingPort, raftPort);
    }
}
