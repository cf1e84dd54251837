package io.troupe.actors;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.NodeState;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.Subscription;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A node that is a cluster alone, shared but for its counts: what it tells about itself, and its end. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
class OneNodeTest {
    @RegisterExtension
    static final SharedNodes NODES = new SharedNodes('o', 1, Counter.KIND, Echo.KIND);

    @Test
    void oneNodeIsAClusterToo() {
        ClusterActorSystem node = NODES.node();
        int before = node.activeEntities();
        assertThat(node.entity(Counter.KIND, "c").tell(new Counter.Add(1)).join())
                .isInstanceOf(SendOutcome.Committed.class);
        assertThat(Counter.read(node, "c").sum()).isEqualTo(1);
        assertThat(node.activeEntities()).isEqualTo(before + 1);
    }

    @Test
    void aNodeThatIsClosedSaysSoWhateverItLacks(@TempDir Path directory) {
        Nodes nodes = new Nodes(directory, 1);
        ClusterActorSystem node = ClusterActorSystem.create(
                Cluster.threads("n1"), nodes.config("n1").build(), Nodes.MESSAGES, Counter.KIND);
        assertThat(node.cluster().diagnose()).anyMatch(finding -> finding.contains("has no leader"));
        node.close();
        assertThat(node.cluster().diagnose()).containsExactly("this node is closed");
        assertThat(node.cluster().state()).isEqualTo(NodeState.LEFT);
    }

    /**
     * There may be a million of them, and most wait for their next message: what is only for messages under way must
     * go.
     */
    @Test
    void anIdleEntityConsistsOfNothingButThese() throws ReflectiveOperationException {
        ClusterActorSystem node = NODES.node();
        node.entity(Counter.KIND, "idle").tell(new Counter.Add(1)).join();
        Counter.read(node, "idle");
        EntityHost host = (EntityHost) field(node, ClusterActorSystem.class.getDeclaredField("host"));
        List<Cell> cells = new CopyOnWriteArrayList<>();
        host.forEachCell(cell -> {
            if (cell.id.equals(new EntityId("counter", "idle"))) {
                cells.add(cell);
            }
        });
        Cell cell = cells.get(0);
        await().until(cell::isIdle);
        await().untilAsserted(() -> assertThat(partsOf(cell))
                .containsExactlyInAnyOrder(
                        "DurableCell",
                        "EntityId",
                        "String",
                        "ConcurrentLinkedQueue",
                        "Arrivals",
                        "SparseDeque", // of messages that are to run again
                        "EntityCommitLog",
                        "SparseDeque", // of commits under way
                        "CommitId",
                        "State",
                        "HandlerCall",
                        "EntityPid",
                        "Counter"));
    }

    /** The classes of what is reached from a cell alone; what all cells share is left out. */
    private static List<String> partsOf(Cell cell) throws ReflectiveOperationException {
        IdentityHashMap<Object, Object> seen = new IdentityHashMap<>();
        Deque<Object> next = new ArrayDeque<>(List.of(cell));
        while (!next.isEmpty()) {
            Object part = next.pop();
            if (isShared(part) || seen.put(part, part) != null) {
                continue;
            }
            for (Class<?> type = part.getClass();
                    type.getName().startsWith("io.troupe.");
                    type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    Object value = Modifier.isStatic(field.getModifiers())
                                    || field.getType().isPrimitive()
                            ? null
                            : field(part, field);
                    if (value != null) {
                        next.push(value);
                    }
                }
            }
        }
        return seen.keySet().stream()
                .map(part -> part.getClass().getSimpleName())
                .toList();
    }

    private static boolean isShared(Object part) {
        return part instanceof ShardCells
                || part instanceof KindHost
                || part instanceof EntityHost
                || part instanceof EntityStore
                || part instanceof ClusterActorSystem
                || part instanceof Kind<?>
                || part instanceof Messages
                || part == Counter.KIND.name()
                || part == List.of();
    }

    private static Object field(Object of, Field field) throws IllegalAccessException {
        field.setAccessible(true);
        return field.get(of);
    }

    /** A message without a kind is refused under its shard's lock, which no listener may hold: it may send. */
    @Test
    void deadLettersAreToldOnAThreadThatHoldsNothing() {
        ClusterActorSystem node = NODES.node();
        CompletableFuture<String> thread = new CompletableFuture<>();
        node.onDeadLetter(letter -> thread.complete(Thread.currentThread().getName()));
        Kind<Echo.Message> unknown = Kind.of("unheard-of", Echo.Message.class, Echo::new);
        assertThat(node.entity(unknown, "x").tell(new Echo.Say("x")).join())
                .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.KIND_UNAVAILABLE));
        assertThat(thread.join()).startsWith("troupe-o1-dispatch");
    }

    @Test
    void aNodeCountsWhatItSendsAndTellsOfDeadLetters(@TempDir Path directory) {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            ClusterActorSystem node = nodes.node("n1");
            List<DeadLetter> dead = new CopyOnWriteArrayList<>();
            Subscription subscription = node.onDeadLetter(dead::add);
            for (int i = 0; i < 10; i++) {
                node.entity(Counter.KIND, "c" + i).tell(new Counter.Add(1)).join();
            }
            assertThat(node.entity(Echo.KIND, "e").tell(new Echo.Fail(9)).join())
                    .isInstanceOf(SendOutcome.Failed.class);
            await().untilAsserted(() -> assertThat(dead).singleElement().satisfies(letter -> {
                assertThat(letter.target()).isEqualTo(new EntityId("echo", "e"));
                assertThat(letter.why()).startsWith("failed 3 times");
            }));
            // A node that has just stood still has no lease for a moment, and says so.
            NodeMetrics metrics = await().until(
                            node::metrics,
                            taken -> !taken.healthStatus().containsValue(false) && taken.activeShards() == 32);
            assertThat(metrics.actorCount()).isEqualTo(11);
            assertThat(metrics.nodeCount()).isEqualTo(1);
            assertThat(metrics.deadLetters()).isEqualTo(1);
            assertThat(metrics.failedMessageCount()).isEqualTo(1);
            assertThat(metrics.messages().sent()).isEqualTo(11);
            assertThat(metrics.messages().handled()).isEqualTo(10);
            assertThat(metrics.messages().p50Nanos())
                    .isBetween(1L, metrics.messages().maxNanos());
            assertThat(metrics.averageMessageLatency())
                    .isBetween(1L, metrics.messages().maxNanos());
            assertThat(metrics.healthStatus())
                    .isEqualTo(Map.of("lease", true, "leader", true, "shards", true, "links", true));
            ClusterMetrics asked = node;
            assertThat(asked.getActorCount()).isEqualTo(11);
            assertThat(asked.getNodeCount()).isEqualTo(1);
            assertThat(asked.getFailedMessageCount()).isEqualTo(1);
            assertThat(asked.getAverageMessageLatency()).isEqualTo((double) metrics.averageMessageLatency());
            await().untilAsserted(() -> assertThat(asked.getHealthStatus()).isEqualTo(metrics.healthStatus()));
            subscription.close();
            node.entity(Echo.KIND, "e").tell(new Echo.Fail(9)).join();
            assertThat(dead).hasSize(1);
            // Between two looks that are a second apart there is a message, however slow this machine is.
            await().untilAsserted(() -> {
                node.entity(Counter.KIND, "c0").tell(new Counter.Add(1)).join();
                assertThat(node.metrics().throughput()).isPositive();
            });
            await().untilAsserted(() -> {
                node.entity(Counter.KIND, "c0").tell(new Counter.Add(1)).join();
                assertThat(asked.getMessageThroughput()).isPositive();
            });
        }
    }

    @Test
    @Order(Integer.MAX_VALUE) // It ends the node of the tests before it.
    void afterCloseNoThreadIsLeftAndMessagesEndAtOnce() {
        ClusterActorSystem node = NODES.node();
        NODES.nodes().close();
        assertThat(node.entity(Counter.KIND, "c").tell(new Counter.Add(1)).join())
                .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.CLOSED));
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("troupe-o1-"))
                .isEmpty());
    }
}
