package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.ShardSet;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.SetRecord;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.memory.InMemoryGroup;
import io.troupe.transport.Lane;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SetLanesTest {
    private static void add(MetadataStore store, SetRecord set) throws Exception {
        store.txn(Txn.of(new Op.Put(ClusterKeys.set(set.set().name()), set.encode())))
                .get(30, TimeUnit.SECONDS);
    }

    @Test
    void theStoreIsAskedAboutShardsBehindAllSetsSeenSoFar() throws Exception {
        try (InMemoryGroup group = InMemoryGroup.ticking(Duration.ofMillis(20));
                MetadataStore store = group.store("n1")) {
            store.start().get(30, TimeUnit.SECONDS);
            store.openSession(60_000).get(30, TimeUnit.SECONDS);
            AtomicInteger asked = new AtomicInteger();
            SetLanes lanes = new SetLanes(4, () -> {
                asked.incrementAndGet();
                return store.view();
            });
            assertThat(lanes.lane(3)).isEqualTo(Lane.ORDINARY);
            assertThat(asked).as("the default set is known").hasValue(0);
            assertThat(lanes.lane(4)).as("of no set yet").isEqualTo(Lane.ORDINARY);
            assertThat(asked).hasValue(1);
            add(store, new SetRecord(4, 2, ShardSet.of("files", 2).over(Lane.BULK)));
            add(store, new SetRecord(6, 1, ShardSet.of("jobs", 1)));
            for (int shard : List.of(4, 5)) {
                assertThat(lanes.lane(shard)).isEqualTo(Lane.BULK);
            }
            assertThat(lanes.lane(6)).isEqualTo(Lane.ORDINARY);
            assertThat(lanes.lane(3)).isEqualTo(Lane.ORDINARY);
            assertThat(asked).as("once for both sets").hasValue(2);
            add(store, new SetRecord(7, 1, ShardSet.of("late", 1).over(Lane.BULK)));
            assertThat(lanes.lane(7)).isEqualTo(Lane.BULK);
        }
    }
}
