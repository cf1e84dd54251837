package io.troupe.chaos.process.scenario;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.chaos.process.NodeProcess;
import io.troupe.chaos.process.WorkTree;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ShutdownReport;

/**
 * The program of a node: runs {@link Ledger} entities. It never outlives its launcher, who holds the other end of its
 * input. It obeys {@link NodeProcess#STOP} and {@link NodeSnapshot}.
 */
public final class NodeMain {
    private static final int BROKEN = 1;
    /** How long a node may take to hand over and leave. */
    private static final Duration LEAVES = Duration.ofSeconds(15);

    private static final int REFUSED = 2;
    /** How long a node that gets a signal waits to see whether its launcher ends as well. */
    private static final long LAUNCHER_END_MILLIS = 20_000;

    private NodeMain() {}

    /**
     * Runs a node until it is told to stop or its launcher is gone.
     *
     * @param arguments the configuration file, and the directory to delete when the launcher is gone
     */
    public static void main(String... arguments) {
        Path configuration = Path.of(arguments[0]);
        CompletableFuture<ClusterActorSystem> node = new CompletableFuture<>();
        Thread watch = new Thread(() -> obey(node, Path.of(arguments[1])), "troupe-launcher-watch");
        watch.setDaemon(true);
        watch.start();
        // A signal to the whole process group ends launcher and nodes at once: the watch still has to clean up.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(watch), "troupe-shutdown"));
        try {
            BeliefLog beliefs = BeliefLog.in(beliefs(configuration.resolveSibling("")));
            node.complete(
                    ClusterActorSystem.start(ClusterConfig.load(configuration), Ledger.MESSAGES, Ledger.kind(beliefs))
                            .join());
            System.out.println(NodeProcess.READY);
            watch.join();
        } catch (InterruptedException | IOException | RuntimeException refused) {
            System.out.println("refused: " + refused.getMessage());
            System.out.flush();
            Runtime.getRuntime().halt(REFUSED);
        }
    }

    /** {@return where a node notes its beliefs} */
    static Path beliefs(Path nodeDirectory) {
        return nodeDirectory.resolve("beliefs");
    }

    private static void awaitEnd(Thread watch) {
        try {
            watch.join(LAUNCHER_END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void leave(ClusterActorSystem node) {
        ShutdownReport report = node.stop(LEAVES).join();
        System.out.println("left: " + report);
        System.out.flush();
        Runtime.getRuntime().halt(report.complete() ? 0 : BROKEN);
    }

    private static void obey(CompletableFuture<ClusterActorSystem> node, Path root) {
        try {
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(NodeProcess.STOP)) {
                    node.join().close();
                    Runtime.getRuntime().halt(0);
                } else if (line.equals(NodeProcess.LEAVE)) {
                    leave(node.join());
                } else if (NodeSnapshot.isRequest(line)) {
                    System.out.println(NodeSnapshot.answer(line, node.join()));
                } else {
                    System.out.println("unknown line '" + line + "' (known: " + NodeProcess.STOP + ", "
                            + NodeProcess.LEAVE + ", " + NodeSnapshot.REQUEST + ")");
                }
            }
            WorkTree.delete(root);
        } catch (IOException leftBehind) {
            Runtime.getRuntime().halt(BROKEN);
        }
        Runtime.getRuntime().halt(0);
    }
}
