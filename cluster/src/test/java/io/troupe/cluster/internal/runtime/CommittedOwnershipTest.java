package io.troupe.cluster.internal.runtime;

import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.memory.InMemoryGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CommittedOwnershipTest {
    private static final int SHARD = 3;

    private final InMemoryGroup group = InMemoryGroup.create();
    private final MetadataStore store = group.store("n1");
    private final MetadataStore other = group.store("n2");

    @AfterEach
    void close() {
        store.close();
        other.close();
        group.close();
    }

    private boolean stands(long epoch) {
        return HostedShards.stands(SHARD, epoch, other.view());
    }

    @Test
    void anOwnershipStandsUntilItsLifeEndsOrAnotherIsGranted() {
        store.start().join();
        other.start().join();
        group.tick(0);
        assertThat(stands(1)).as("nobody owns it").isFalse();
        SessionId session = store.openSession(60_000).join();
        SessionId next = other.openSession(60_000).join();
        long epoch = grant(session);
        assertThat(stands(epoch)).isTrue();
        assertThat(stands(epoch - 1)).isFalse();
        store.closeSession().join();
        assertThat(stands(epoch))
                .as("its life has ended, and nobody else owns it yet")
                .isFalse();
        long later = grant(next);
        assertThat(stands(epoch)).isFalse();
        assertThat(stands(later)).isTrue();
    }

    private long grant(SessionId to) {
        byte[] record = ShardRecord.grant(to.nodeId(), to.incarnation()).encode();
        return other.put(ClusterKeys.shard(SHARD), record).join();
    }
}
