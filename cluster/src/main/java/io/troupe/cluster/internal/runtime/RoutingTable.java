package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Watch;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shard to owner, as this node's copy of the store has it: an array, so that routing costs a look-up and no I/O.
 * Written by the store's watch thread only; read by any thread.
 */
final class RoutingTable implements WatchListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RoutingTable.class);

    private final AtomicReferenceArray<@Nullable Route> routes;

    /** What the routes were made of. */
    private final AtomicReferenceArray<@Nullable ShardRecord> records;

    private final RouteListener listener;
    private @Nullable Watch watch;

    /** Learns of every change of a shard's record, on the watch thread. */
    interface RouteListener {
        /** Before its route changes: an owner knows its shard before a message of the epoch is looked at. */
        void onRecord(int shard, @Nullable ShardRecord newRecord, long revision);

        /** After the record, and only if messages go elsewhere now, or to another epoch. */
        void onRoute(int shard, @Nullable Route route);
    }

    RoutingTable(int shards, RouteListener listener) {
        routes = new AtomicReferenceArray<>(shards);
        records = new AtomicReferenceArray<>(shards);
        this.listener = listener;
    }

    void start(MetadataStore store) {
        // Revision 1 is older than any log keeps for long: the watch begins with a resync or with the whole history.
        watch = store.watch(ClusterKeys.SHARDS, 1, this);
    }

    @Nullable
    Route route(int shard) {
        return routes.get(shard);
    }

    @Nullable
    ShardRecord shardRecord(int shard) {
        return records.get(shard);
    }

    int shards() {
        return routes.length();
    }

    /** How many shards of a range have no owner. */
    int homeless(int first, int end) {
        int homeless = 0;
        for (int shard = first; shard < Math.min(end, routes.length()); shard++) {
            homeless += routes.get(shard) == null ? 1 : 0;
        }
        return homeless;
    }

    /** How many shards of a range a node owns. */
    int owned(String nodeId, int first, int end) {
        int owned = 0;
        for (int shard = first; shard < Math.min(end, routes.length()); shard++) {
            Route route = routes.get(shard);
            owned += route != null && route.owner().equals(nodeId) ? 1 : 0;
        }
        return owned;
    }

    Map<String, Integer> shardsPerOwner() {
        Map<String, Integer> counts = new TreeMap<>();
        for (int shard = 0; shard < routes.length(); shard++) {
            Route route = routes.get(shard);
            if (route != null) {
                counts.merge(route.owner(), 1, Integer::sum);
            }
        }
        return counts;
    }

    @Override
    public void onEvents(List<WatchEvent> events, MetadataView view) {
        for (WatchEvent event : events) {
            int shard = ClusterKeys.shardOf(event.key());
            takeOver(shard, event instanceof WatchEvent.Put put ? put.entry() : null, event.revision());
        }
    }

    @Override
    public void onResync(MetadataView view) {
        for (int shard = 0; shard < routes.length(); shard++) {
            KeyValue entry = view.get(ClusterKeys.shard(shard));
            takeOver(shard, entry, entry == null ? view.revision() : entry.modRevision());
        }
    }

    /** One shard that cannot be taken over, such as one whose record a newer version wrote, is not to hide others. */
    private void takeOver(int shard, @Nullable KeyValue entry, long revision) {
        try {
            update(shard, entry == null ? null : ShardRecord.decode(entry.value(), entry.modRevision()), revision);
        } catch (RuntimeException | Error defect) {
            LOG.error("node does not know who owns shard {} at revision {}", shard, revision, defect);
        }
    }

    private void update(int shard, @Nullable ShardRecord news, long revision) {
        if (shard >= routes.length() || Objects.equals(records.get(shard), news)) {
            return;
        }
        records.set(shard, news);
        Route route = news == null ? null : new Route(news.owner(), news.incarnation(), news.epoch(), news.continues());
        listener.onRecord(shard, news, revision);
        if (!Objects.equals(routes.get(shard), route)) {
            routes.set(shard, route);
            listener.onRoute(shard, route);
        }
    }

    @Override
    public void close() {
        Watch current = watch;
        if (current != null) {
            current.close();
        }
    }
}
