package io.troupe.demo;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/** The configuration file of one node, as an operator would write it. */
final class NodeFile {
    static final String CLUSTER_NAME = "demo";

    private NodeFile() {}

    static Path write(Path directory, String nodeId, List<Seed> seeds, ClusterSettings settings) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("node.id", nodeId);
        properties.setProperty("cluster.name", CLUSTER_NAME);
        properties.setProperty("seeds", seeds.stream().map(Seed::toString).collect(Collectors.joining(",")));
        properties.setProperty("data.dir", directory.resolve("data").toString());
        Failover failover = settings.failover();
        properties.setProperty("lease.millis", Long.toString(failover.lease().toMillis()));
        properties.setProperty("election", failover.election().name());
        if (settings.stateGroups() > 0) {
            properties.setProperty("state.groups", Integer.toString(settings.stateGroups()));
        }
        Path file = directory.resolve("node.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }
}
