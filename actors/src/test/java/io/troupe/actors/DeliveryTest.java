package io.troupe.actors;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Every node reaches every actor, and whoever sends is told what became of it: three voters and a client, shared. */
@Timeout(120)
class DeliveryTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    static final SharedNodes NODES = new SharedNodes(3, Counter.KIND, Echo.KIND);

    private static ClusterActorSystem client;

    @BeforeAll
    static void startClient() {
        client = NODES.nodes().start("client").join();
    }

    @Test
    void actorsAreReachableThroughEveryNodeAndOneWithoutAVote() {
        Nodes nodes = NODES.nodes();
        // A seed that was very slow to start gets its share a while later.
        await().untilAsserted(() -> {
            assertThat(client.cluster().shardsPerOwner()).containsOnlyKeys("n1", "n2", "n3");
            assertThat(client.cluster().shardsPerOwner().values()).containsExactlyInAnyOrder(10, 11, 11);
            assertThat(client.cluster().nodes()).hasSize(4);
        });
        for (ClusterActorSystem system : List.of(nodes.node("n1"), nodes.node("n2"), nodes.node("n3"), client)) {
            for (int i = 0; i < 20; i++) {
                assertThat(system.entity(Counter.KIND, "c" + i)
                                .tell(new Counter.Add(i))
                                .join())
                        .isInstanceOf(SendOutcome.Committed.class);
                assertThat(system.entity(Echo.KIND, "e" + i)
                                .ask(new Echo.Say("hi"), LIMIT)
                                .join())
                        .isEqualTo("e" + i + " says hi");
            }
        }
        for (int i = 0; i < 20; i++) {
            assertThat(Counter.read(client, "c" + i).sum()).isEqualTo(4L * i);
        }
    }

    @Test
    void everyOutcomeIsTold() {
        Pid<Counter.Message> counter = client.entity(Counter.KIND, "outcomes");
        assertThat(counter.tell(new Counter.Add(-1)).join())
                .isEqualTo(new SendOutcome.Rejected("amount -1 is negative"));
        assertThat(counter.tell(new Counter.Break("now")).join())
                .isEqualTo(
                        new SendOutcome.Failed("failed 3 times: java.lang.IllegalStateException: told to break: now"));
        assertThat(counter.tell(new Counter.Add(5), DeliveryGuarantee.AT_MOST_ONCE)
                        .join())
                .isEqualTo(new SendOutcome.Accepted());
        await().untilAsserted(() -> assertThat(Counter.read(client, "outcomes")).isEqualTo(new Counter.State(5, 1, 5)));
        Kind<Counter.Message> unknown =
                Kind.durable("unheard-of", Counter.Message.class, Counter.State.class, Counter::new);
        assertThat(client.entity(unknown, "x").tell(new Counter.Add(1)).join())
                .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.KIND_UNAVAILABLE));
        assertThatThrownBy(() -> client.entity(unknown, "x")
                        .ask(new Counter.Get(), LIMIT)
                        .join())
                .hasMessageEndingWith(
                        "ask of unheard-of/x got no answer: NotExecuted[reason=KIND_UNAVAILABLE]: the owner of "
                                + "its shard has no kind unheard-of: register it on every node that owns shards of set default");
        assertThat(client.entity(Echo.KIND, "outcomes").tell(new Echo.Count()).join())
                .isInstanceOf(SendOutcome.Processed.class);
        assertThat(Echo.COUNTED).hasValue(1);
    }

    @Test
    void whatAnActorCannotTakeIsRefusedWhereItIsSent() {
        Pid<Counter.Message> counter = client.entity(Counter.KIND, "refused");
        assertThatThrownBy(() -> counter.ask(new Echo.Say("?"), LIMIT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Echo$Say is no message of durable kind counter, which takes "
                        + "io.troupe.actors.Counter$Message");
        assertThatThrownBy(() -> client.entity(Counter.KIND, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the id of an entity of durable kind counter must have 1 to 1000 bytes, not 0");
    }

    @Test
    void aVolatileActorThatFailsIsTriedAgainUntilItAnswers() {
        assertThat(client.entity(Echo.KIND, "failing")
                        .ask(new Echo.Fail(2), LIMIT)
                        .join())
                .isEqualTo("at last");
    }

    @Test
    void anAskThatIsNotAnsweredInTimeSaysSo() {
        assertThatThrownBy(() -> client.entity(Echo.KIND, "late")
                        .ask(new Echo.Say("late"), Duration.ZERO)
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(AskException.class)
                .hasMessageContaining("ask of echo/late got no answer");
    }
}
