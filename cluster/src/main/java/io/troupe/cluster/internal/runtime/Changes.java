package io.troupe.cluster.internal.runtime;

import java.util.List;

import io.troupe.cluster.internal.coordinator.Coordinator;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;

/**
 * Tells the parts of a node what has changed in its copy of the store. Whatever is said of nodes and shards, the
 * coordinator looks at all of them anew.
 */
record Changes(Events events, Neighbours neighbours, ShardSets sets, Coordinator coordinator) implements WatchListener {
    @Override
    public void onEvents(List<WatchEvent> changes, MetadataView view) {
        events.onEvents(changes, view);
        if (changes.stream().anyMatch(change -> change.key().startsWith(ClusterKeys.NODES))) {
            neighbours.onChange(view);
        }
        if (changes.stream().anyMatch(change -> change.key().startsWith(ClusterKeys.SETS))) {
            sets.onChange(view);
        }
        if (changes.stream().anyMatch(change -> isPlacement(change.key()))) {
            coordinator.onChange();
        }
    }

    @Override
    public void onResync(MetadataView view) {
        events.onResync(view);
        neighbours.onChange(view);
        sets.onChange(view);
        coordinator.onChange();
    }

    /** {@return whether a key can change what the coordinator would do} */
    private static boolean isPlacement(String key) {
        return !key.startsWith(ClusterKeys.LOCKS) && !key.startsWith(ClusterKeys.ACTORS);
    }
}
