package io.troupe.jmh.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.transport.kryo.MessageRegistry;

/** Nodes in JVMs of their own, and this JVM as a node without a vote or shards. */
final class BenchCluster implements AutoCloseable {
    static final Duration SHORT_LEASE = Duration.ofMillis(500);
    private static final Duration LEASE = Duration.ofSeconds(3);

    private static final Program COUNTERS =
            new Program(BenchNode.class, Child.SMALL, BenchNode.MESSAGES, List.of(BenchNode.ECHO, BenchNode.COUNTER));

    private final Voters voters;
    private final ClusterActorSystem client;

    /**
     * What the nodes run.
     *
     * @param main     of the children
     * @param memory   options for their heaps
     * @param messages what all nodes know
     * @param kinds    of all nodes
     */
    record Program(Class<?> main, List<String> memory, MessageRegistry messages, List<Kind<?>> kinds) {}

    BenchCluster(int size) throws IOException {
        this(size, Duration.ZERO);
    }

    /** The agents of both ends look for work for so long before they sleep. */
    BenchCluster(int size, Duration spin) throws IOException {
        this(COUNTERS, size, LEASE, Election.SAFE, spin);
    }

    BenchCluster(Program program, int size) throws IOException {
        this(program, size, LEASE, Election.SAFE, Duration.ZERO);
    }

    BenchCluster(int size, Duration lease, Election election) throws IOException {
        this(COUNTERS, size, lease, election, Duration.ZERO);
    }

    private BenchCluster(Program program, int size, Duration lease, Election election, Duration spin)
            throws IOException {
        voters = new Voters(program.main, program.memory, size, BenchNode.options(lease, election, spin));
        boolean started = false;
        try {
            client = ClusterActorSystem.start(
                            BenchNode.config("bench", lease, election, voters.seeds())
                                    .spin(spin)
                                    .build(),
                            program.messages,
                            program.kinds.toArray(Kind<?>[]::new))
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
