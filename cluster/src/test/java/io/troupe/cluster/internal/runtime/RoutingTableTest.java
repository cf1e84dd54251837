package io.troupe.cluster.internal.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.internal.memory.InMemoryGroup;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class RoutingTableTest {
    private static final int SHARD = 3;

    private final InMemoryGroup group = InMemoryGroup.create();
    private final MetadataStore store = group.store("n1");
    private final List<String> heard = new ArrayList<>();
    private final RoutingTable table = new RoutingTable(4, new RoutingTable.RouteListener() {
        @Override
        public void onRecord(int shard, @Nullable ShardRecord news, long revision) {
            hear("record", news == null ? "nobody" : news.owner());
        }

        @Override
        public void onRoute(int shard, @Nullable Route route) {
            hear("route", route == null ? "nobody" : route.owner());
        }
    });

    private void hear(String what, String owner) {
        Route route = table.route(SHARD);
        synchronized (heard) {
            heard.add(what + " to " + owner + ", messages to " + (route == null ? "nobody" : route.owner()));
        }
    }

    @BeforeEach
    void start() {
        store.start().join();
        group.tick(0);
        store.openSession(60_000).join();
        table.start(store);
    }

    @AfterEach
    void close() {
        table.close();
        store.close();
        group.close();
    }

    private void awaitHeard(String... expected) {
        await().untilAsserted(() -> {
            synchronized (heard) {
                assertThat(heard).containsExactly(expected);
                heard.clear();
            }
        });
    }

    /** Otherwise a message of the epoch could come between the two, and its owner would refuse it. */
    @Test
    void anOwnerHearsOfItsShardBeforeAMessageOfTheEpochIsLookedAt() {
        put(ShardRecord.grant("n1", 1));
        awaitHeard("record to n1, messages to nobody", "route to n1, messages to n1");
        put(ShardRecord.grant("n2", 7));
        awaitHeard("record to n2, messages to n1", "route to n2, messages to n2");
        store.delete(ClusterKeys.shard(SHARD)).join();
        awaitHeard("record to nobody, messages to n2", "route to nobody, messages to nobody");
    }

    @Test
    void aRecordThatCannotBeReadHidesNoOther() {
        store.putAll(Map.of(
                        ClusterKeys.shard(SHARD - 1),
                        new byte[] {99},
                        ClusterKeys.shard(SHARD),
                        ShardRecord.grant("n1", 1).encode()))
                .join();
        awaitHeard("record to n1, messages to nobody", "route to n1, messages to n1");
        assertThat(table.route(SHARD - 1)).isNull();
    }

    @Test
    void aMoveThatIsOrderedChangesNoRoute() {
        put(ShardRecord.grant("n1", 1));
        awaitHeard("record to n1, messages to nobody", "route to n1, messages to n1");
        ShardRecord granted = Objects.requireNonNull(table.shardRecord(SHARD));
        put(granted.moving(new ShardRecord.Target("n2", 7)));
        awaitHeard("record to n1, messages to n1");
    }

    private void put(ShardRecord record) {
        store.put(ClusterKeys.shard(SHARD), record.encode()).join();
    }
}
