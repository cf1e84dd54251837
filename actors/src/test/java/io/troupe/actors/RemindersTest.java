package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;

import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * A durable entity is reminded of what it asked for, even if every node was down meanwhile, and its effect is applied
 * once.
 */
@Timeout(120)
class RemindersTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** A day, in milliseconds: however slow this machine is, it is not due before the next message. */
    private static final long NEVER = 86_400_000;

    @TempDir
    Path directory;

    private static void tell(ClusterActorSystem system, String id, Account.Message message) {
        assertThat(system.entity(Account.KIND, id).tell(message).join()).isInstanceOf(SendOutcome.Committed.class);
    }

    private static void awaitCents(ClusterActorSystem system, String id, long cents) {
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(Account.read(system, id).cents()).isEqualTo(cents));
    }

    private static ClusterActorSystem restarted(Nodes nodes) {
        nodes.stop("r1");
        return nodes.startSeeds(Account.KIND).node("r1");
    }

    @Test
    void remindersComeOnceAndOutliveARestartOfEveryNode() {
        try (Nodes nodes = new Nodes('r', directory, 1).startSeeds(Account.KIND)) {
            ClusterActorSystem first = nodes.node("r1");
            long begin = System.nanoTime();
            tell(first, "early", new Account.Save("it", 1, 700, 0));
            tell(first, "plain", new Account.Save("once", 1, 0, 0));
            tell(first, "replaced", new Account.Save("it", 1, NEVER, 0));
            tell(first, "replaced", new Account.Save("it", 10, 0, 0));
            tell(first, "cancelled", new Account.Save("it", 1, NEVER, 0));
            tell(first, "cancelled", new Account.Save("it too", 10, 300, 0));
            tell(first, "cancelled", new Account.Stop("it"));
            tell(first, "cancelled", new Account.Stop("never was"));
            tell(first, "deleted", new Account.Save("it", 1, 300, 0));
            tell(first, "deleted", new Account.Overdo("delete"));
            tell(first, "late/with/slashes", new Account.Save("a", 1, 1_500, 0));
            tell(first, "late", new Account.Save("with", 10, 1_500, 0));
            tell(first, "again", new Account.Save("and again", 1, 0, 1));
            awaitCents(first, "plain", 1);
            awaitCents(first, "early", 1);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("never before its time, even if the cluster is new")
                    .isGreaterThan(Duration.ofMillis(650)); // a tick takes some time to get here
            awaitCents(first, "replaced", 10);
            awaitCents(first, "cancelled", 10);
            await().atMost(LIMIT).until(() -> Account.read(first, "again").cents() >= 3);
            ClusterActorSystem node = restarted(nodes);
            awaitCents(node, "late/with/slashes", 1);
            awaitCents(node, "late", 10);
            assertThat(Account.read(node, "plain").cents()).isEqualTo(1);
            assertThat(Account.read(node, "replaced").cents()).isEqualTo(10);
            assertThat(Account.read(node, "cancelled").cents()).isEqualTo(10);
            assertThat(Account.read(node, "deleted")).isEqualTo(Account.EMPTY);
            long before = Account.read(node, "again").cents();
            await().atMost(LIMIT).until(() -> Account.read(node, "again").cents() > before);
            tell(node, "again", new Account.Stop("and again"));
            // Nor does one stand that was replaced or cancelled: it would for a day.
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(node.metrics().reminders()).isZero());
        }
    }

    @Test
    void aDeletedEntityBeginsAnewAndLeavesNothingToTheNextEpoch() {
        try (Nodes nodes = new Nodes('r', directory, 1).startSeeds(Account.KIND)) {
            ClusterActorSystem first = nodes.node("r1");
            tell(first, "gone", new Account.Deposit(5));
            tell(first, "gone", new Account.Overdo("delete"));
            tell(first, "back", new Account.Deposit(5));
            tell(first, "back", new Account.Overdo("delete"));
            tell(first, "back", new Account.Deposit(7));
            assertThat(Account.read(first, "gone")).isEqualTo(Account.EMPTY);
            ClusterActorSystem node = restarted(nodes);
            assertThat(Account.read(node, "gone")).isEqualTo(Account.EMPTY);
            assertThat(Account.read(node, "back").cents()).isEqualTo(7);
            var view = node.cluster().store().view();
            assertThat(view.keys("entity/", "", 10).keys())
                    .singleElement()
                    .asString()
                    .endsWith("/account/back");
            assertThat(view.keys("deleted/", "", 10).keys()).isEmpty();
            tell(node, "gone", new Account.Deposit(1));
            assertThat(Account.read(node, "gone").cents()).isEqualTo(1);
        }
    }

    @Test
    void aShardWhoseRemindersNobodyHereCanReadWaitsAndTheOthersWork() {
        try (Nodes nodes = new Nodes('r', directory, 1).startSeeds(Account.KIND)) {
            ClusterActorSystem node = nodes.node("r1");
            int shard = node.cluster().shardOf("account", "stuck");
            String well = "well";
            while (node.cluster().shardOf("account", well) == shard) {
                well += "!";
            }
            node.cluster()
                    .store()
                    .put(EntityKeys.reminders(shard) + "account/5:stuck/newer", new byte[] {99})
                    .join();
            ClusterActorSystem again = restarted(nodes);
            tell(again, well, new Account.Deposit(1));
            assertThatThrownBy(() -> again.entity(Account.KIND, "stuck")
                            .ask(new Account.Read(), Duration.ofMillis(500))
                            .join())
                    .hasCauseInstanceOf(AskException.class);
        }
    }

    @Test
    void badInputIsNamed() {
        Effect<String> effect = Effect.none();
        assertThatThrownBy(() -> effect.thenRemind("", Duration.ZERO, "x"))
                .hasMessage("the name of a reminder ('') must be 1 to 100 characters without '/'");
        assertThatThrownBy(() -> effect.thenForget("a/b")).hasMessageContaining("('a/b')");
        assertThatThrownBy(() -> effect.thenRemind("n", Duration.ofMillis(-1), "x"))
                .hasMessage("the delay of reminder n (PT-0.001S) must be zero to 3650 days");
        assertThatThrownBy(() -> effect.thenRemindEvery("n", Duration.ZERO, Duration.ZERO, CatchUp.EVERY, "x"))
                .hasMessage("the period of reminder n (PT0S) must be 1 ms to 3650 days");
        assertThatThrownBy(() -> Effect.reject("no").thenForget("n"))
                .hasMessage("a rejected message has no effect: use none() for one that only sends");
        try (LocalActorSystem system = ActorSystem.create("here")) {
            Pid<Object> here = system.spawn((message, context) -> {}, "here");
            assertThatThrownBy(() -> effect.thenTell(here, "x")).hasMessageContaining("use an entity for what should");
        }
    }
}
