package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.SendOutcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Whoever reads a durable entity gets what was committed, from any node, without waking it. */
@Timeout(120)
class ReadTest {
    @TempDir
    Path directory;

    /**
     * A node that has just stood still has no lease for a moment, and does not say how old its copy is: then once more.
     */
    private static EntityState<Account.State> read(ClusterActorSystem node, String id, Read how) {
        return await().pollDelay(Duration.ZERO)
                .until(
                        () -> node.read(node.entity(Account.KIND, id), Account.State.class, how)
                                .handle(ReadTest::unlessWithoutLease)
                                .join(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static Optional<EntityState<Account.State>> unlessWithoutLease(
            @Nullable EntityState<Account.State> state, @Nullable Throwable failure) {
        if (state != null) {
            return Optional.of(state);
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        assertThat(cause)
                .isInstanceOfSatisfying(
                        ClusterException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ClusterException.Code.NO_QUORUM));
        return Optional.empty();
    }

    @Test
    void everyNodeReadsWhatWasCommittedBefore() {
        try (Nodes nodes = new Nodes('d', directory, 3).startSeeds(Account.KIND)) {
            ClusterActorSystem without =
                    nodes.start(nodes.config("dx").build(), Account.KIND).join();
            long last = 0;
            for (int i = 1; i <= 50; i++) {
                SendOutcome told = nodes.node("d1")
                        .entity(Account.KIND, "a")
                        .tell(new Account.Deposit(1))
                        .join();
                assertThat(told).isInstanceOf(SendOutcome.Committed.class);
                for (String node : new String[] {"d1", "d2", "d3"}) {
                    EntityState<Account.State> fresh = read(nodes.node(node), "a", Read.LINEARIZABLE);
                    assertThat(fresh.state()).isEqualTo(Account.EMPTY.plus(i));
                    assertThat(fresh.revision()).isGreaterThanOrEqualTo(last);
                    last = fresh.revision();
                }
                assertThat(read(without, "a", i % 2 == 0 ? Read.LINEARIZABLE : Read.LOCAL)
                                .state())
                        .isEqualTo(Account.EMPTY.plus(i));
            }
            long seen = 0;
            for (int i = 0; i < 100; i++) {
                EntityState<Account.State> local = read(nodes.node("d2"), "a", Read.LOCAL);
                assertThat(local.revision()).isGreaterThanOrEqualTo(seen);
                seen = local.revision();
            }
            long reached = last;
            await().until(() -> read(nodes.node("d3"), "a", Read.LOCAL).revision() >= reached);
            long activations = nodes.node("d1").metrics().activations();
            assertThat(read(nodes.node("d1"), "never", Read.LINEARIZABLE).state())
                    .isNull();
            assertThat(nodes.node("d1").metrics().activations())
                    .as("nobody was woken")
                    .isEqualTo(activations);
        }
    }

    @Test
    void badInputIsNamed() {
        try (Nodes nodes = new Nodes('d', directory, 1).startSeeds(Account.KIND, Echo.KIND)) {
            ClusterActorSystem node = nodes.node("d1");
            assertThatThrownBy(() -> node.read(node.entity(Account.KIND, "a"), String.class, Read.LOCAL))
                    .hasMessage("durable kind account keeps a io.troupe.actors.Account$State, not a java.lang.String");
            assertThatThrownBy(() -> node.read(node.entity(Echo.KIND, "e"), String.class, Read.LOCAL))
                    .hasMessageEndingWith(" keeps nothing: ask the actor");
        }
    }
}
