package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Where the handlers of a kind run that never wait, and of one that says so and does. */
@Timeout(60)
class NonBlockingTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    sealed interface Message {}

    /** Asks for the name of the thread, after so long. */
    record Where(long afterNs) implements Message, Query<String> {}

    /** Asks whether others get at the shard while the handler runs. */
    record Free() implements Message, Query<Boolean> {}

    record Nothing() implements Message {}

    private static final MessageRegistry MESSAGES = MessageRegistry.builder()
            .add(1000, Where.class)
            .add(1001, Free.class)
            .add(1002, Nothing.class)
            .build();

    private static Kind<Message> kind(String name) {
        return Kind.of(name, Message.class, () -> (Handler<Message>) NonBlockingTest::receive)
                .shardBy(id -> "one");
    }

    private static final Kind<Message> QUICK = kind("quick").nonBlocking();
    private static final Kind<Message> LIAR = kind("liar").nonBlocking();
    private static final Kind<Message> OTHER = kind("other");

    private static void receive(Message message, ActorContext<Message> context) {
        if (message instanceof Where where) {
            long end = System.nanoTime() + where.afterNs;
            while (System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
            context.reply(where, Thread.currentThread().getName());
        } else if (message instanceof Free free) {
            // A tell within the node takes the lock of its shard, which is that of this entity.
            Pid<Message> neighbour = context.entity(QUICK, "neighbour");
            CompletableFuture<SendOutcome> told = CompletableFuture.completedFuture(neighbour)
                    .thenComposeAsync(
                            other -> other.tell(new Nothing(), DeliveryGuarantee.AT_MOST_ONCE), Nodes::onThread);
            context.reply(free, isDone(told));
        }
    }

    private static boolean isDone(CompletableFuture<?> future) {
        try {
            future.get(10, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            return false;
        }
    }

    private static String where(ClusterActorSystem from, Kind<Message> kind, String id, long afterNs) {
        return from.entity(kind, id).ask(new Where(afterNs), LIMIT).join();
    }

    @Test
    void whatComesFromAnotherNodeRunsOnTheThreadThatReadsItUnlessItTakesLong(@TempDir Path directory) {
        Nodes nodes = new Nodes('b', directory, 1); // for their configuration only
        try (ClusterActorSystem owner = start(nodes, "b1");
                ClusterActorSystem client = start(nodes, "bx")) {
            // The first one may come before its shard is active, and then runs elsewhere.
            assertThat(where(client, QUICK, "q", 0)).startsWith("troupe-b1-");
            for (int ask = 0; ask < 50; ask++) {
                assertThat(where(client, QUICK, "q", 0)).isEqualTo("troupe-b1-transport");
            }
            assertThat(where(client, OTHER, "o", 0)).startsWith("troupe-b1-dispatch");
            assertThat(where(owner, QUICK, "q", 0))
                    .as("the caller is no thread of links, and may hold locks")
                    .startsWith("troupe-b1-dispatch");
            assertThat(client.entity(QUICK, "q").ask(new Free(), LIMIT).join())
                    .as("the handler runs without the lock of its shard")
                    .isTrue();
            for (int ask = 0; ask < Nearness.MOST_LONG; ask++) {
                assertThat(where(client, LIAR, "l", 2 * Nearness.LONG_NS)).isNotEmpty();
            }
            assertThat(where(client, LIAR, "l", 0)).startsWith("troupe-b1-dispatch");
            assertThat(where(client, QUICK, "q", 0))
                    .as("a kind of its own is judged by itself")
                    .isEqualTo("troupe-b1-transport");
        }
    }

    private static ClusterActorSystem start(Nodes nodes, String nodeId) {
        return ClusterActorSystem.start(nodes.config(nodeId).build(), MESSAGES, QUICK, LIAR, OTHER)
                .join();
    }
}
