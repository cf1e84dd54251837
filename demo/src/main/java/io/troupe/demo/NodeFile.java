package io.troupe.demo;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/** The configuration file of one node, as an operator would write it. The lease is short: this is a demo of failover. */
final class NodeFile {
    static final String CLUSTER_NAME = "demo";
    static final int LEASE_MILLIS = 500;

    private NodeFile() {}

    static Path write(Path directory, String nodeId, List<Seed> seeds) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("node.id", nodeId);
        properties.setProperty("cluster.name", CLUSTER_NAME);
        properties.setProperty("seeds", seeds.stream().map(Seed::toString).collect(Collectors.joining(",")));
        properties.setProperty("data.dir", directory.resolve("data").toString());
        properties.setProperty("lease.millis", Integer.toString(LEASE_MILLIS));
        properties.setProperty("election", "FAST");
        Path file = directory.resolve("node.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }
}
