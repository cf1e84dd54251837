package io.troupe.chaos.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.cluster.ClusterConfig;

/** A node process of these tests. It never outlives its launcher: the launcher holds the other end of its input. */
final class LedgerNode {
    private static final int BROKEN = 1;
    private static final int REFUSED = 2;
    /** How long a node that gets a signal waits to see whether its launcher ends as well. */
    private static final long LAUNCHER_END_MILLIS = 5_000;

    private LedgerNode() {}

    public static void main(String... arguments) {
        CompletableFuture<ClusterActorSystem> node = new CompletableFuture<>();
        Thread watch = new Thread(() -> obey(node, Path.of(arguments[1])), "troupe-launcher-watch");
        watch.setDaemon(true);
        watch.start();
        // A signal to the whole process group ends launcher and nodes at once: the watch still has to clean up.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(watch), "troupe-shutdown"));
        try {
            node.complete(
                    ClusterActorSystem.start(ClusterConfig.load(Path.of(arguments[0])), Ledger.MESSAGES, Ledger.KIND)
                            .join());
            System.out.println(NodeProcess.READY);
            watch.join();
        } catch (InterruptedException | RuntimeException refused) {
            System.out.println("refused: " + refused.getMessage());
            System.out.flush();
            Runtime.getRuntime().halt(REFUSED);
        }
    }

    private static void awaitEnd(Thread watch) {
        try {
            watch.join(LAUNCHER_END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void obey(CompletableFuture<ClusterActorSystem> node, Path root) {
        try {
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(NodeProcess.STOP)) {
                    node.join().close();
                    Runtime.getRuntime().halt(0);
                }
                System.out.println("unknown line '" + line + "' (known: " + NodeProcess.STOP + ")");
            }
            WorkTree.delete(root);
        } catch (IOException leftBehind) {
            Runtime.getRuntime().halt(BROKEN);
        }
        Runtime.getRuntime().halt(0);
    }
}
