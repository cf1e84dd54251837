package io.troupe.actors;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterLock;
import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
