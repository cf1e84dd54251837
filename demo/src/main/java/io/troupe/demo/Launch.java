package io.troupe.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.troupe.actors.ClusterActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * Nodes as processes and the driver's own node, from their start to their end: the same around what every command does.
 */
final class Launch {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private Launch() {}

    /** What a command does with nodes that are up. */
    interface Work {
        /** {@return true if the cluster kept its promise} */
        boolean run(LocalCluster cluster, ClusterActorSystem driver) throws InterruptedException;
    }

    /** {@return what the work returned} Nothing is left of the nodes then. */
    static boolean run(LaunchOptions options, List<String> nodeJvm, Work work)
            throws IOException, InterruptedException {
        try (LocalCluster cluster = LocalCluster.prepare(options.nodes(), options.firstPort(), options.settings())) {
            CompletableFuture<Void> started = cluster.start(NodeMain.class.getName(), nodeJvm);
            CompletableFuture<ClusterActorSystem> joining = DemoClient.join(cluster.seeds(), options.settings());
            await(started, "the nodes to start", cluster);
            try (ClusterActorSystem driver = await(joining, "the driver to join", cluster)) {
                return work.run(cluster, driver);
            }
        }
    }

    /** Waits until what hit the nodes is over; throws what it failed with. */
    static void over(List<CompletableFuture<Void>> strikes) {
        for (CompletableFuture<Void> strike : strikes) {
            try {
                strike.join();
            } catch (CompletionException failed) {
                if (failed.getCause() instanceof NodeFailedException known) {
                    throw known;
                }
                throw failed;
            }
        }
    }

    /** {@return what completes it} Throws in the words of a node, or after a while with how every node is. */
    static <T extends @Nullable Object> T await(CompletableFuture<T> stage, String what, LocalCluster cluster)
            throws InterruptedException {
        try {
            return stage.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException tooLong) {
            throw new NodeFailedException(vain(START_LIMIT, what, cluster), false);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (cause instanceof RuntimeException known && !(cause instanceof CompletionException)) {
                throw known;
            }
            throw new IllegalStateException("failed while waiting for " + what, cause);
        }
    }

    /** {@return what a person is told who has waited in vain} */
    static String vain(Duration limit, String what, LocalCluster cluster) {
        return "waited " + limit.toSeconds() + " s in vain for " + what + System.lineSeparator() + cluster.condition();
    }
}
