package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node that sends to its own shards is sender and receiver on the same threads: each holds a lock of its own when it
 * calls the other. If the end of a message were told to its sender under the shard's lock, two threads could wait for
 * each other.
 */
@Timeout(200)
class SendToOwnShardsTest {
    private static final int THREADS = 4;
    private static final int MESSAGES = 1_500;
    private static final int LIVES = 2;
    /** Seconds. */
    private static final long LIMIT = 60;

    private static final int ENTITIES = 3;

    /** Its messages have no answer. */
    private static final Kind<Echo.Message> SINK =
            Kind.of("sink", Echo.Message.class, () -> (Handler<Echo.Message>) (message, context) -> {});

    @TempDir
    Path directory;

    @Test
    void manyThreadsThatSendWhileTheirNodeTakesItsShardsNeverWaitForEachOther() throws Exception {
        try (Nodes nodes = new Nodes(directory, 1)) {
            for (int life = 0; life < LIVES; life++) {
                try (ClusterActorSystem node = ClusterActorSystem.create(
                        Cluster.threads("n1"),
                        nodes.config("n1").retry(Duration.ofMillis(1)).build(),
                        Nodes.MESSAGES,
                        Counter.KIND,
                        SINK)) {
                    List<CompletableFuture<List<CompletableFuture<SendOutcome>>>> senders = new ArrayList<>();
                    for (int thread = 0; thread < THREADS; thread++) {
                        senders.add(send(node));
                    }
                    node.start().get(LIMIT, TimeUnit.SECONDS);
                    for (CompletableFuture<List<CompletableFuture<SendOutcome>>> sent : senders) {
                        for (CompletableFuture<SendOutcome> outcome : sent.get(LIMIT, TimeUnit.SECONDS)) {
                            assertThat(outcome.get(LIMIT, TimeUnit.SECONDS)).isNotNull();
                        }
                    }
                    assertThat(Counter.read(node, "c0").sum()).isPositive();
                }
            }
        }
    }

    /** Sends until the node has started, and a little longer. */
    private static CompletableFuture<List<CompletableFuture<SendOutcome>>> send(ClusterActorSystem node) {
        CompletableFuture<List<CompletableFuture<SendOutcome>>> sent = new CompletableFuture<>();
        Nodes.onThread(() -> {
            List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                // One whose ends come from the log, and one whose ends are told at the end of its turns.
                outcomes.add(node.entity(Counter.KIND, "c" + i % ENTITIES).tell(new Counter.Add(1)));
                outcomes.add(node.entity(SINK, "s" + i % ENTITIES).tell(new Echo.Count()));
                if (node.cluster().activeShards() == 0) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
            sent.complete(outcomes);
        });
        return sent;
    }
}
