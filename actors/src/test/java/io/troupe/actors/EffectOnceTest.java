package io.troupe.actors;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.SessionId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What was accepted takes effect once and stays, whoever leaves, and whatever the sender does not know. */
@Timeout(120)
class EffectOnceTest {
    @TempDir
    Path directory;

    @Test
    void everyAcceptedMessageTakesEffectOnceAndInOrderWhileTheLeaderLeaves() {
        try (Nodes nodes = new Nodes(directory, 3).startSeeds()) {
            ClusterActorSystem client = nodes.start("client").join();
            List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
            int entities = 16;
            int rounds = 300;
            for (int round = 1; round <= rounds; round++) {
                for (int entity = 0; entity < entities; entity++) {
                    outcomes.add(client.entity(Counter.KIND, "c" + entity).tell(new Counter.Add(round)));
                }
                if (round == rounds / 2) {
                    outcomes.get(outcomes.size() / 4).join();
                    await().until(() -> client.cluster().leader().isPresent()); // an election may be under way
                    nodes.stop(client.cluster().leader().orElseThrow().nodeId());
                }
            }
            outcomes.forEach(outcome -> assertThat(outcome.join()).isInstanceOf(SendOutcome.Committed.class));
            long chain = 0;
            for (int round = 1; round <= rounds; round++) {
                chain = chain * 1_000_003 + round;
            }
            for (int entity = 0; entity < entities; entity++) {
                assertThat(Counter.read(client, "c" + entity))
                        .isEqualTo(new Counter.State(rounds * (rounds + 1L) / 2, rounds, chain));
            }
        }
    }

    @Test
    void whatIsUnknownCanBeFoundOut() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            ClusterActorSystem node = nodes.node("n1");
            Pid<Counter.Message> counter = node.entity(Counter.KIND, "c");
            assertThat(counter.tell(new Counter.Add(1)).join()).isInstanceOf(SendOutcome.Committed.class);
            SessionId session = new SessionId("n1", node.cluster().incarnation());
            int shard = node.cluster().shardOf(Counter.KIND.name(), "c");
            SendOutcome.Unknown done =
                    new SendOutcome.Unknown(new MessageId(session, shard, 1), "as if it were unknown");
            assertThat(counter.resolve(done).join())
                    .isEqualTo(new SendOutcome.Committed(SendOutcome.Committed.RESOLVED));
            SendOutcome.Unknown never = new SendOutcome.Unknown(new MessageId(session, shard, 2), "never sent so far");
            assertThat(counter.resolve(never).join())
                    .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.CANCELLED));
            // The second message of the channel is the one that was resolved: it must not take effect any more.
            assertThat(counter.tell(new Counter.Add(10)).join())
                    .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.CANCELLED));
            assertThat(counter.tell(new Counter.Add(100)).join()).isInstanceOf(SendOutcome.Committed.class);
            assertThat(Counter.read(node, "c").sum()).isEqualTo(101);
            SendOutcome.Unknown old =
                    new SendOutcome.Unknown(new MessageId(new SessionId("n1", 1), shard, 1), "of another century");
            assertThat(counter.resolve(old).join()).isInstanceOf(SendOutcome.Unknown.class);
            Pid<Echo.Message> echo = node.entity(Echo.KIND, "e");
            assertThat(echo.resolve(never).join()).isSameAs(never);
        }
    }

    @Test
    void stateSurvivesARestartOfEveryNode() {
        Nodes nodes = new Nodes(directory, 3);
        try (nodes) {
            nodes.startSeeds();
            for (int i = 0; i < 50; i++) {
                nodes.node("n1")
                        .entity(Counter.KIND, "c" + i)
                        .tell(new Counter.Add(i))
                        .join();
            }
        }
        try (nodes) {
            nodes.startSeeds();
            for (int i = 0; i < 50; i++) {
                assertThat(Counter.read(nodes.node("n2"), "c" + i)).isEqualTo(new Counter.State(i, 1, i));
            }
        }
    }
}
