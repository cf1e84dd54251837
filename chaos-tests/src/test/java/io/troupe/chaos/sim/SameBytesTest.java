package io.troupe.chaos.sim;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipFile;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the simulation runs is what ships: the very class files of the production modules, and no copy of any. */
class SameBytesTest {
    static List<Class<?>> classes() throws ClassNotFoundException {
        List<Class<?>> classes = new ArrayList<>();
        for (String name : List.of(
                "metadata.internal.state.MetadataState",
                "metadata.internal.submit.SubmitProtocol",
                "metadata.internal.submit.SessionProtocol",
                "metadata.internal.submit.LeaderGateway",
                "metadata.internal.submit.LeaseTable",
                "cluster.Cluster",
                "cluster.internal.runtime.ClusterRuntime",
                "cluster.internal.runtime.Membership",
                "cluster.internal.runtime.Sender",
                "cluster.internal.runtime.Receiver",
                "cluster.internal.runtime.Acknowledgements",
                "cluster.internal.runtime.HostedShard",
                "cluster.internal.runtime.Links",
                "cluster.internal.runtime.FrameDecoder",
                "cluster.internal.runtime.RoutingTable",
                "cluster.internal.delivery.SendChannel",
                "cluster.internal.delivery.SendCursor",
                "cluster.internal.delivery.ReceiveChannel",
                "cluster.internal.delivery.DeliveryFrames",
                "cluster.internal.coordinator.Coordinator",
                "cluster.internal.placement.PlacementPlanner",
                "cluster.internal.membership.MembershipProtocol",
                "actors.ClusterActorSystem",
                "actors.EntityHost",
                "actors.EntityStore",
                "actors.DurableCell",
                "actors.VolatileCell",
                "actors.internal.durable.EntityCommitLog")) {
            classes.add(Class.forName("io.troupe." + name));
        }
        return classes;
    }

    @ParameterizedTest
    @MethodSource("classes")
    void theSimulationLoadsTheClassFilesOfTheModules(Class<?> production) throws IOException, URISyntaxException {
        String file = production.getName().replace('.', '/') + ".class";
        List<URL> places = Collections.list(production.getClassLoader().getResources(file));
        assertThat(places).as("places of %s on the class path", production).hasSize(1);

        Path source = Path.of(
                production.getProtectionDomain().getCodeSource().getLocation().toURI());
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
