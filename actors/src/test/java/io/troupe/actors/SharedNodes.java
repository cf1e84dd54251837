package io.troupe.actors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.troupe.cluster.SendOutcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.awaitility.Awaitility.await;

/**
 * The nodes of one cluster that all tests of a class share, as a static {@code @RegisterExtension}: for tests that need
 * a running cluster, but neither lose nor count what it does. Each test uses actors of its own.
 */
final class SharedNodes implements BeforeAllCallback, AfterAllCallback {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final char letter;
    private final int seedCount;
    private final Kind<?>[] kinds;
    private @Nullable Path directory;
    private @Nullable Nodes nodes;

    SharedNodes(int seedCount, Kind<?>... kinds) {
        this('n', seedCount, kinds);
    }

    SharedNodes(char letter, int seedCount, Kind<?>... kinds) {
        this.letter = letter;
        this.seedCount = seedCount;
        this.kinds = kinds;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        directory = Files.createTempDirectory("troupe-shared-nodes");
        nodes = new Nodes(letter, directory, seedCount);
        nodes.startSeeds(kinds);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        nodes().close();
        // What a log has begun to write may come after its end.
        await().ignoreExceptionsMatching(
                        failure -> failure instanceof IOException || failure instanceof UncheckedIOException)
                .until(this::deleteFiles);
    }

    private boolean deleteFiles() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(Objects.requireNonNull(directory))) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        return true;
    }

    Nodes nodes() {
        return Objects.requireNonNull(nodes, "the test class has started");
    }

    /** The first seed. */
    ClusterActorSystem node() {
        return node(1);
    }

    ClusterActorSystem node(int number) {
        return nodes().node("" + letter + number);
    }

    <M> Pid<M> entity(Kind<M> kind, String id) {
        return node().entity(kind, id);
    }

    CompletableFuture<SendOutcome> tell(Kind<Diary.Note> kind, String id, String text) {
        return entity(kind, id).tell(new Diary.Note(text));
    }

    int ask(Kind<Diary.Note> kind, String id, String text) {
        return entity(kind, id).ask(new Diary.Note(text), LIMIT).join();
    }
}
