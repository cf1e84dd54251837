package io.troupe.jmh.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.ClusterConfig;
import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.transport.kryo.MessageRegistry;

/** A node of the cluster under measurement, and the actors on it. A child's main class. */
final class BenchNode {
    static final Kind<Note> ECHO =
            Kind.of("echo", Note.class, BenchNode::volatileCounter).nonBlocking();
    static final Kind<Note> COUNTER = Kind.durable("counter", Note.class, Total.class, DurableCounter::new);
    static final MessageRegistry MESSAGES = MessageRegistry.builder()
            .add(1000, Add.class)
            .add(1001, Read.class)
            .add(1002, Total.class)
            .add(1003, Pass.class)
            .build();

    private BenchNode() {}

    /** What both kinds understand. */
    sealed interface Note {}

    /** Adds. */
    record Add(long amount) implements Note {}

    /** Adds one, and goes on to another entity, and back, so many times more; durable counters only. */
    record Pass(String to, int left) implements Note {}

    /** Asks for the total. */
    record Read() implements Note, Query<Total> {}

    /** What was added. */
    record Total(long sum) {}

    /**
     * Runs the node until the parent ends.
     *
     * @param arguments its id, its data directory, {@link #options}, and the seeds as {@code id:messagingPort:raftPort}
     * @throws IOException if standard input fails
     */
    public static void main(String[] arguments) throws IOException {
        Duration lease = Duration.ofMillis(Long.parseLong(arguments[2]));
        ClusterConfig config = config(
                        arguments[0],
                        lease,
                        Election.valueOf(arguments[3]),
                        Arrays.asList(arguments).subList(5, arguments.length))
                .dataDir(Path.of(arguments[1]))
                .spin(Duration.of(Long.parseLong(arguments[4]), ChronoUnit.MICROS))
                .build();
        try (ClusterActorSystem system =
                ClusterActorSystem.start(config, MESSAGES, ECHO, COUNTER).join()) {
            Child.serve(
                    system.nodeId(), new WriteLoad(new OwnLog(system.cluster().store())));
        }
    }

    static List<String> options(Duration lease, Election election) {
        return options(lease, election, Duration.ZERO);
    }

    static List<String> options(Duration lease, Election election, Duration spin) {
        return List.of(
                Long.toString(lease.toMillis()),
                election.name(),
                Long.toString(TimeUnit.NANOSECONDS.toMicros(spin.toNanos())));
    }

    static ClusterConfig.Builder config(String nodeId, Duration lease, Election election, List<String> seeds) {
        ClusterConfig.Builder builder =
                ClusterConfig.builder(nodeId).clusterName("bench").lease(lease).election(election);
        for (String seed : seeds) {
            String[] parts = seed.split(":", -1);
            builder.addNode(parts[0], "127.0.0.1", Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        }
        return builder;
    }

    /** The node's replicated store; a write is a transaction that puts one of a thousand keys. */
    private static final class OwnLog implements WriteLoad.ReplicatedLog {
        private static final int KEYS = 1_000;

        private final MetadataStore store;
        private long written;

        OwnLog(MetadataStore store) {
            this.store = store;
        }

        @Override
        public boolean leads() {
            return store.isLeader();
        }

        @Override
        public CompletableFuture<?> write(byte[] value) {
            return store.txn(Txn.of(new Op.Put("bench/" + written++ % KEYS, value)));
        }
    }

    private static Handler<Note> volatileCounter() {
        long[] sum = {0};
        return (note, context) -> {
            if (note instanceof Read read) {
                context.reply(read, new Total(sum[0]));
            } else if (note instanceof Add add) {
                sum[0] += add.amount();
            }
        };
    }

    /** Adds up, durably. */
    private static final class DurableCounter implements StatefulHandler<Total, Note> {
        @Override
        public Total initialState(EntityId id) {
            return new Total(0);
        }

        @Override
        public Effect<Total> receive(Total total, Note note, ActorContext<Note> context) {
            if (note instanceof Read read) {
                return Effect.<Total>none().thenReply(read, total);
            }
            if (note instanceof Pass pass) {
                Effect<Total> effect = Effect.persist(new Total(total.sum() + 1));
                return pass.left() == 0
                        ? effect
                        : effect.thenTell(
                                context.entity(COUNTER, pass.to()),
                                new Pass(context.self().actorId(), pass.left() - 1));
            }
            return Effect.persist(new Total(total.sum() + ((Add) note).amount()));
        }
    }
}
