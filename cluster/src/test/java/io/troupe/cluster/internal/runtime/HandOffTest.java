package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.Map;

import io.troupe.cluster.internal.handoff.Transfer;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.internal.memory.InMemoryGroup;
import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.LoopbackNetwork;
import io.troupe.transport.MessagingSystem;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a node is handed over is kept for the grant that continues it, and for nothing else. */
class HandOffTest {
    private static final int SHARD = 3;

    private final InMemoryGroup group = InMemoryGroup.create();
    private final MetadataStore store = group.store("n2");
    private final MessagingSystem messaging = new LoopbackNetwork().node("n2", new MessagingSystem.FrameHandler() {
        @Override
        public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
            // Nobody sends.
        }

        @Override
        public void onLink(String nodeId, Lane lane, LinkEvent event) {
            // Nobody is linked.
        }

        @Override
        public void onRefused(String nodeId, String reason) {
            // Nobody is refused.
        }
    });
    private final HandOff handOff = new HandOff(store, messaging, System::nanoTime, Runnable::run);

    private ShardRecord record = ShardRecord.grant("n1", 7);

    @BeforeEach
    void start() {
        store.start().join();
        group.tick(0);
        store.openSession(60_000).join();
        tell(record);
        order();
    }

    @AfterEach
    void close() {
        messaging.close();
        store.close();
        group.close();
    }

    private long write(ShardRecord next) {
        long revision = store.put(ClusterKeys.shard(SHARD), next.encode()).join();
        record = ShardRecord.decode(next.encode(), revision);
        return revision;
    }

    /** It is heard of by the transfer. */
    private void order() {
        write(record.moving(new ShardRecord.Target("n2", 1)));
    }

    private void tell(ShardRecord next) {
        long revision = write(next);
        handOff.onRecord(SHARD, record, revision);
    }

    private void transfer(long moveId) {
        handOff.onTransfer("n1", Transfer.split(SHARD, moveId, List.of()).get(0), 100);
    }

    private boolean isThere(long moveId) {
        return handOff.take(SHARD, moveId).join().isPresent();
    }

    @Test
    void aTransferWaitsForItsGrant() {
        long move = record.moveId();
        transfer(move);
        assertThat(handOff.take(SHARD, move).join()).contains(Map.of());
        assertThat(isThere(move)).as("it is used once").isFalse();
    }

    @Test
    void aMoveThatIsCalledOffLeavesNothingHere() {
        long move = record.moveId();
        transfer(move);
        tell(record.staying());
        transfer(move); // sent again before its sender knew
        assertThat(isThere(move)).isFalse();
    }

    @Test
    void aShardThatIsGrantedAnewLeavesNothingHere() {
        long move = record.moveId();
        transfer(move);
        tell(ShardRecord.grant("n3", 9));
        assertThat(isThere(move)).isFalse();
        order();
        transfer(record.moveId());
        assertThat(isThere(record.moveId())).isTrue();
    }
}
