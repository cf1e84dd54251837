package io.troupe.chaos.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.transport.internal.buffer.AgronaFlag;
import io.troupe.transport.kryo.MessageRegistry;

/** A seed and a client over loopback, in one JVM that was started with no flag at all; prints what an entity holds. */
final class FlaglessNodes {
    private static final int MESSAGES = 500;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Longer than a busy machine stands still: every message is to be committed. */
    private static final Duration LEASE = Duration.ofSeconds(15);

    private FlaglessNodes() {}

    sealed interface Message permits Add, Read {}

    record Add(long amount, String ballast) implements Message {}

    record Read() implements Message, Query<Sum> {}

    record Sum(long value) {}

    /** Adds up. */
    static final class Adder implements StatefulHandler<Sum, Message> {
        @Override
        public Sum initialState(EntityId id) {
            return new Sum(0);
        }

        @Override
        public Effect<Sum> receive(Sum sum, Message message, ActorContext<Message> context) {
            return message instanceof Add add
                    ? Effect.persist(new Sum(sum.value() + add.amount()))
                    : Effect.<Sum>none().thenReply((Read) message, sum);
        }
    }

    public static void main(String[] arguments) throws IOException {
        Kind<Message> kind = Kind.durable("adder", Message.class, Sum.class, Adder::new);
        MessageRegistry messages = MessageRegistry.builder()
                .add(1000, Add.class)
                .add(1001, Read.class)
                .add(1002, Sum.class)
                .build();
        List<Integer> ports = FreePorts.find(2);
        int port = ports.get(0);
        int raftPort = ports.get(1);
        ClusterConfig seed = ClusterConfig.builder("n1")
                .addNode("n1", "127.0.0.1", port, raftPort)
                .dataDir(Path.of(arguments[0]))
                .shards(16)
                .lease(LEASE)
                .election(Election.SAFE)
                .build();
        ClusterConfig client = ClusterConfig.builder("w1")
                .addNode("n1", "127.0.0.1", port, raftPort)
                .shards(16)
                .lease(LEASE)
                .election(Election.SAFE)
                .build();
        try (ClusterActorSystem node =
                        ClusterActorSystem.start(seed, messages, kind).join();
                ClusterActorSystem sender =
                        ClusterActorSystem.start(client, messages, kind).join()) {
            List<CompletableFuture<SendOutcome>> told = new ArrayList<>();
            for (int i = 1; i <= MESSAGES; i++) {
                told.add(sender.entity(kind, "a").tell(new Add(i, "x".repeat(i % 400))));
            }
            long committed = told.stream()
                    .map(CompletableFuture::join)
                    .filter(SendOutcome.Committed.class::isInstance)
                    .count();
            Sum there = sender.entity(kind, "a").ask(new Read(), LIMIT).join();
            Sum here = node.entity(kind, "a").ask(new Read(), LIMIT).join();
            System.out.write(("flag " + AgronaFlag.isSet() + ", committed " + committed + ", sums " + there.value()
                            + " " + here.value())
                    .getBytes(StandardCharsets.UTF_8));
        }
        System.out.flush();
    }
}
