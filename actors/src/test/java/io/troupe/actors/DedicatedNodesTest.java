package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.NodeAddress;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.ShardSet;
import io.troupe.transport.Lane;
import io.troupe.transport.ThreadingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Nodes whose lanes have threads of their own, beside one whose lanes share one. */
@Timeout(120)
class DedicatedNodesTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ENTITIES = 40;
    private static final int ROUNDS = 5;
    private static final Kind<Echo.Message> LONG =
            Echo.KIND.in(ShardSet.of("long", 4).over(Lane.BULK));

    @TempDir
    Path directory;

    @Test
    void whatLanesDoAtTheSameTimeStaysExactlyOnceWhileShardsMove() {
        try (Nodes nodes = new Nodes('d', directory, 3)) {
            CompletableFuture.allOf(nodes.seeds().stream()
                            .map(seed -> nodes.start(
                                    nodes.config(seed.nodeId())
                                            .threadingMode(
                                                    seed.nodeId().equals("d3")
                                                            ? ThreadingMode.SHARED
                                                            : ThreadingMode.DEDICATED)
                                            .build(),
                                    Counter.KIND,
                                    LONG))
                            .toArray(CompletableFuture[]::new))
                    .join();
            assertThat(threadsOf("d1")).containsExactlyInAnyOrder("control", "ordinary", "bulk");
            assertThat(threadsOf("d3")).containsExactly("");
            List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
            List<CompletableFuture<String>> answers = new ArrayList<>();
            CompletableFuture<?> drained = CompletableFuture.completedFuture(null);
            for (int round = 0; round < ROUNDS; round++) {
                for (NodeAddress seed : nodes.seeds()) {
                    ClusterActorSystem system = nodes.node(seed.nodeId());
                    for (int n = 0; n < ENTITIES; n++) {
                        outcomes.add(system.entity(Counter.KIND, "c" + n)
                                .tell(new Counter.Add(1), DeliveryGuarantee.EXACTLY_ONCE));
                        answers.add(system.entity(LONG, "e" + n).ask(new Echo.Say("hello"), LIMIT));
                    }
                }
                if (round == 1) {
                    drained = nodes.node("d2").drainNode("d1", LIMIT);
                }
            }
            assertThat(outcomes).extracting(CompletableFuture::join).hasOnlyElementsOfType(SendOutcome.Committed.class);
            assertThat(answers).extracting(CompletableFuture::join).allMatch(answer -> answer.endsWith(" says hello"));
            drained.join();
            for (int n = 0; n < ENTITIES; n++) {
                assertThat(Counter.read(nodes.node("d2"), "c" + n).sum()).isEqualTo(3L * ROUNDS);
            }
        }
    }

    private static Set<String> threadsOf(String nodeId) {
        String prefix = "troupe-" + nodeId + "-transport";
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()).replace("-", ""))
                .collect(Collectors.toSet());
    }
}
