package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.stream.IntStream;

import io.troupe.cluster.internal.keys.StateGroups;
import io.troupe.metadata.MetadataStore;

/**
 * Where what is kept of a shard is: its fence, the settled messages, and what the module above stores of its entities.
 * All else of the cluster is in the first group. Any thread.
 */
final class ShardStores {
    private final MetadataStore first;
    private final List<MetadataStore> further;

    ShardStores(MetadataStore first, int stateGroups) {
        this.first = first;
        further = IntStream.rangeClosed(1, stateGroups).mapToObj(first::group).toList();
    }

    MetadataStore first() {
        return first;
    }

    MetadataStore of(int shard) {
        int group = groupOf(shard);
        return group == 0 ? first : further.get(group - 1);
    }

    /** The number of the group; 0 is the first. */
    int groupOf(int shard) {
        return StateGroups.of(shard, further.size());
    }

    /** Those of the state groups, from group 1 on; none if the first group keeps the state. */
    List<MetadataStore> further() {
        return further;
    }
}
