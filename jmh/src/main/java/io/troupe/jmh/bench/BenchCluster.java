package io.troupe.jmh.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.metadata.MetadataConfig.Election;

/** Nodes in JVMs of their own, and this JVM as a node without a vote or shards. */
final class BenchCluster implements AutoCloseable {
    static final Duration SHORT_LEASE = Duration.ofMillis(500);
    private static final Duration LEASE = Duration.ofSeconds(3);

    private final Voters voters;
    private final ClusterActorSystem client;

    BenchCluster(int size) throws IOException {
        this(size, Duration.ZERO);
    }

    /** The agents of both ends look for work for so long before they sleep. */
    BenchCluster(int size, Duration spin) throws IOException {
        this(size, LEASE, Election.SAFE, spin);
    }

    BenchCluster(int size, Duration lease, Election election) throws IOException {
        this(size, lease, election, Duration.ZERO);
    }

    private BenchCluster(int size, Duration lease, Election election, Duration spin) throws IOException {
        voters = new Voters(BenchNode.class, size, BenchNode.options(lease, election, spin));
        boolean started = false;
        try {
            client = ClusterActorSystem.start(
                            BenchNode.config("bench", lease, election, voters.seeds())
                                    .spin(spin)
                                    .build(),
                            BenchNode.MESSAGES,
                            BenchNode.ECHO,
                            BenchNode.COUNTER)
                    .join();
            started = true;
        } finally {
            if (!started) {
                voters.close();
            }
        }
    }

    ClusterActorSystem client() {
        return client;
    }

    Child node(String nodeId) {
        return voters.node(nodeId);
    }

    Voters voters() {
        return voters;
    }

    List<Child> nodes() {
        return voters.all();
    }

    String leader() throws InterruptedException {
        return voters.leader();
    }

    String follower() throws InterruptedException {
        return voters.allBut(leader()).get(0).value();
    }

    @Override
    public void close() {
        client.close();
        voters.close();
    }
}
