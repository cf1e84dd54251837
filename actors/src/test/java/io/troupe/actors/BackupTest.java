package io.troupe.actors;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterLock;
import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A whole cluster is lost, and its entities go on in a new one that starts from a backup. */
@Timeout(120)
class BackupTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void entitiesGoOnInANewClusterAndTokensGoOnRising(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("monday.backup");
        long token;
        Counter.State before;
        try (Nodes old = new Nodes(directory.resolve("old"), 1).startSeeds()) {
            ClusterActorSystem node = old.node("n1");
            for (int i = 1; i <= 20; i++) {
                assertThat(node.entity(Counter.KIND, "c")
                                .tell(new Counter.Add(i))
                                .join())
                        .isInstanceOf(SendOutcome.Committed.class);
            }
            before = Counter.read(node, "c");
            ClusterLock lock = node.cluster().lock("job", LIMIT).join();
            token = lock.token();
            assertThat(node.backup(file).join().file()).isEqualTo(file);
            assertThatThrownBy(() -> node.backup(file).join())
                    .cause()
                    .isInstanceOfSatisfying(
                            ClusterException.class,
                            refused -> assertThat(refused.code()).isEqualTo(ClusterException.Code.BAD_BACKUP))
                    .hasMessageContaining("the file exists");
        }
        try (Nodes again = new Nodes(directory.resolve("new"), 1)) {
            again.start(again.config("n1").restoreFrom(file).build()).join();
            ClusterActorSystem node = again.node("n1");
            assertThat(Counter.read(node, "c")).isEqualTo(before);
            node.entity(Counter.KIND, "c").tell(new Counter.Add(1)).join();
            assertThat(Counter.read(node, "c").sum()).isEqualTo(before.sum() + 1);
            // The lock went with the node that held it, and what it has guarded knows its token.
            assertThat(node.cluster().lock("job", LIMIT).join().token()).isGreaterThan(token);
            again.stop("n1");

            again.start(again.config("n1").restoreFrom(file).build()).join();
            assertThat(Counter.read(again.node("n1"), "c").sum())
                    .as("the backup is restored once")
                    .isEqualTo(before.sum() + 1);
        }
        Files.writeString(directory.resolve("cut"), "TRPB");
        try (Nodes bad = new Nodes(directory.resolve("bad"), 1)) {
            assertThatThrownBy(() -> bad.start(bad.config("n1")
                                    .restoreFrom(directory.resolve("cut"))
                                    .build())
                            .join())
                    .cause()
                    .isInstanceOfSatisfying(
                            ClusterException.class,
                            refused -> assertThat(refused.code()).isEqualTo(ClusterException.Code.BAD_BACKUP))
                    .hasMessageContaining("backup " + directory.resolve("cut") + " cannot be restored");
        }
    }

    /** Money that is under way from one group to another is in the backup as one of two: not sent yet, or sent. */
    @Test
    void statesInGroupsOfTheirOwnAreBackedUpAsOfOneMoment(@TempDir Path directory) {
        Path file = directory.resolve("groups.backup");
        int accounts = 10;
        try (Nodes old = new Nodes(directory.resolve("old"), 1)) {
            ClusterActorSystem node = old.start(old.config("n1").stateGroups(2).build(), Account.KIND)
                    .join();
            List<CompletableFuture<SendOutcome>> told = new ArrayList<>();
            for (int i = 0; i < accounts; i++) {
                told.add(node.entity(Account.KIND, "a" + i).tell(new Account.Deposit(1_000)));
            }
            told.forEach(CompletableFuture::join);
            AtomicBoolean stop = new AtomicBoolean();
            CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
                for (int i = 0; !stop.get(); i++) {
                    node.entity(Account.KIND, "a" + i % accounts)
                            .tell(new Account.Transfer("a" + (3 * i + 1) % accounts, 1 + i % 7))
                            .join();
                }
            });
            await().until(() -> Account.read(node, "a1").arrived() > 3);
            node.backup(file).join();
            stop.set(true);
            load.join();
        }
        try (Nodes bad = new Nodes(directory.resolve("bad"), 1)) {
            assertThatThrownBy(
                            () -> bad.start(bad.config("n1").restoreFrom(file).build(), Account.KIND)
                                    .join())
                    .hasMessageContaining("has the states of 3 groups, and node n1 has groups(1): start every node with"
                            + " groups(3), which is stateGroups(2) of a cluster of actors");
        }
        try (Nodes again = new Nodes(directory.resolve("new"), 1)) {
            ClusterActorSystem node = again.start(
                            again.config("n1").stateGroups(2).restoreFrom(file).build(), Account.KIND)
                    .join();
            await().atMost(LIMIT).untilAsserted(() -> {
                long cents = 0;
                long underWay = 0;
                for (int i = 0; i < accounts; i++) {
                    Account.State state = Account.read(node, "a" + i);
                    cents += state.cents();
                    underWay += state.underWay();
                }
                assertThat(underWay).isZero();
                assertThat(cents).isEqualTo(1_000L * accounts);
            });
            assertThat(node.entity(Account.KIND, "a1")
                            .tell(new Account.Transfer("a2", 1))
                            .join())
                    .isInstanceOf(SendOutcome.Committed.class);
        }
    }
}
