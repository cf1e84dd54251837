package io.troupe.cluster.internal.runtime;

import java.util.BitSet;
import java.util.function.Supplier;

import io.troupe.cluster.internal.keys.SetRecord;
import io.troupe.metadata.MetadataView;
import io.troupe.transport.Lane;

/**
 * The lane that messages to each shard take: that of the shard's set. Neither a set's place among the shards nor its
 * lane ever changes, so the store is asked only about shards behind all sets seen so far. Any thread.
 */
final class SetLanes {
    private final int defaultShards;
    private final Supplier<MetadataView> store;
    private volatile Seen seen;

    /**
     * Sets, the last of which ends before a shard; and whose shards take the bulk lane. Not changed once it is there.
     */
    private record Seen(int end, BitSet bulk) {}

    /** The default set has the shards below {@code defaultShards} and takes the ordinary lane. */
    SetLanes(int defaultShards, Supplier<MetadataView> store) {
        this.defaultShards = defaultShards;
        this.store = store;
        seen = new Seen(defaultShards, new BitSet());
    }

    Lane lane(int shard) {
        Seen known = seen;
        if (shard >= known.end) {
            known = look();
            seen = known;
        }
        return known.bulk.get(shard) ? Lane.BULK : Lane.ORDINARY;
    }

    private Seen look() {
        int end = defaultShards;
        BitSet bulk = new BitSet();
        for (SetRecord set : SetRecord.all(store.get(), defaultShards).values()) {
            end = Math.max(end, set.end());
            if (set.set().lane() == Lane.BULK) {
                bulk.set(set.first(), set.end());
            }
        }
        return new Seen(end, bulk);
    }
}
