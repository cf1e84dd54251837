package io.troupe.chaos.sim;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipFile;

import io.troupe.actors.internal.durable.EntityCommitLog;
import io.troupe.cluster.internal.coordinator.Coordinator;
import io.troupe.cluster.internal.delivery.ReceiveChannel;
import io.troupe.cluster.internal.delivery.SendChannel;
import io.troupe.cluster.internal.membership.MembershipProtocol;
import io.troupe.cluster.internal.placement.PlacementPlanner;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.submit.LeaderGateway;
import io.troupe.metadata.internal.submit.SessionProtocol;
import io.troupe.metadata.internal.submit.SubmitProtocol;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the simulation runs is what ships: the very class files of the production modules, and no copy of any. */
class SameBytesTest {
    static List<Class<?>> cores() {
        return List.of(
                MetadataState.class,
                SubmitProtocol.class,
                SessionProtocol.class,
                LeaderGateway.class,
                SendChannel.class,
                ReceiveChannel.class,
                Coordinator.class,
                PlacementPlanner.class,
                ShardRecord.class,
                MembershipProtocol.class,
                EntityCommitLog.class);
    }

    @ParameterizedTest
    @MethodSource("cores")
    void theSimulationLoadsTheClassFilesOfTheModules(Class<?> core) throws IOException, URISyntaxException {
        String file = core.getName().replace('.', '/') + ".class";
        List<URL> places = Collections.list(core.getClassLoader().getResources(file));
        assertThat(places).as("places of %s on the class path", core).hasSize(1);

        Path source =
                Path.of(core.getProtectionDomain().getCodeSource().getLocation().toURI());
        assertThat(source.toString()).doesNotContain("chaos-tests");
        byte[] loaded;
        try (InputStream bytes = places.get(0).openStream()) {
            loaded = bytes.readAllBytes();
        }
        assertThat(shipped(source, file)).isEqualTo(loaded);
    }

    /** From the module's jar where there is one, else from the classes that it will be made of. */
    private static byte[] shipped(Path source, String file) throws IOException {
        if (Files.isRegularFile(source)) {
            return entry(source, file);
        }
        Path target = source.getParent();
        try (var files = Files.list(target)) {
            for (Path jar : files.filter(path -> path.toString().endsWith("-SNAPSHOT.jar"))
                    .toList()) {
                if (Files.getLastModifiedTime(jar).compareTo(Files.getLastModifiedTime(source.resolve(file))) > 0) {
                    return entry(jar, file);
                }
            }
        }
        return Files.readAllBytes(source.resolve(file));
    }

    private static byte[] entry(Path jar, String file) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile());
                InputStream bytes = zip.getInputStream(zip.getEntry(file))) {
            return bytes.readAllBytes();
        }
    }
}
