package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.troupe.cluster.ClusterEvent;
import io.troupe.cluster.Subscription;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.cluster.internal.membership.QuorumWatch;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns changes of the cluster's keys into events, and tells them on the cluster thread, in order. */
final class Events implements WatchListener {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);

    private final Executor cluster;
    private final List<Consumer<? super ClusterEvent>> listeners = new CopyOnWriteArrayList<>();
    /** What is known, to tell a change from a repetition; on the watch thread. */
    private final Map<String, SessionId> nodes = new TreeMap<>();

    private final Map<Integer, ShardRecord> shards = new TreeMap<>();
    private @Nullable Leader leader;

    Events(Executor cluster) {
        this.cluster = cluster;
    }

    Subscription subscribe(Consumer<? super ClusterEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void tell(ClusterEvent event) {
        if (listeners.isEmpty()) {
            return;
        }
        try {
            cluster.execute(() -> listeners.forEach(listener -> tell(listener, event)));
        } catch (RejectedExecutionException e) {
            LOG.debug("closed before {} was told", event);
        }
    }

    private static void tell(Consumer<? super ClusterEvent> listener, ClusterEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            LOG.warn("a listener failed to hear of {}", event, e);
        }
    }

    /** On the cluster thread, with every tick. */
    void lookAtLeader(MetadataView view) {
        Leader now = view.leader();
        if (now != null && !now.equals(leader)) {
            leader = now;
            tell(new ClusterEvent.LeaderChanged(now.nodeId(), now.term(), view.revision()));
        }
    }

    /** On the cluster thread. */
    void onQuorum(QuorumWatch.Change change, Set<String> degradable, MetadataView view) {
        if (change != QuorumWatch.Change.LOST) {
            tell(new ClusterEvent.QuorumRegained(change == QuorumWatch.Change.REGAINED, view.revision()));
            return;
        }
        tell(new ClusterEvent.QuorumLost(view.revision()));
        if (!degradable.isEmpty()) {
            tell(new ClusterEvent.Degraded(degradable, view.revision()));
        }
    }

    @Override
    public void onEvents(List<WatchEvent> events, MetadataView view) {
        for (WatchEvent event : events) {
            KeyValue entry = event instanceof WatchEvent.Put put ? put.entry() : null;
            onChange(event.key(), entry, event.revision());
        }
    }

    private void onChange(String key, @Nullable KeyValue entry, long revision) {
        if (key.startsWith(ClusterKeys.NODES)) {
            onNode(key.substring(ClusterKeys.NODES.length()), entry, revision);
        } else if (key.startsWith(ClusterKeys.SHARDS)) {
            onShard(ClusterKeys.shardOf(key), entry, revision);
        } else if (key.startsWith(ClusterKeys.DRAINS)) {
            tell(new ClusterEvent.NodeDraining(key.substring(ClusterKeys.DRAINS.length()), entry != null, revision));
        }
    }

    private void onNode(String nodeId, @Nullable KeyValue entry, long revision) {
        SessionId now = entry == null ? null : entry.session();
        SessionId before = now == null ? nodes.remove(nodeId) : nodes.put(nodeId, now);
        if (before != null && !before.equals(now)) {
            tell(new ClusterEvent.NodeLeft(nodeId, before.incarnation(), revision));
        }
        if (entry != null && now != null && !now.equals(before)) {
            tell(new ClusterEvent.NodeJoined(
                    nodeId, now.incarnation(), NodeRecord.decode(entry.value()).hosts(), revision));
        }
    }

    private void onShard(int shard, @Nullable KeyValue entry, long revision) {
        if (entry == null) {
            shards.remove(shard);
            return;
        }
        ShardRecord now = ShardRecord.decode(entry.value(), entry.modRevision());
        ShardRecord before = shards.put(shard, now);
        if (before == null || before.epoch() != now.epoch()) {
            String from = before == null ? null : before.owner();
            tell(new ClusterEvent.ShardMoved(shard, from, now.owner(), now.epoch(), now.continues() != 0, revision));
        }
    }

    @Override
    public void onResync(MetadataView view) {
        boolean first = nodes.isEmpty() && shards.isEmpty();
        nodes.clear();
        shards.clear();
        view.forEach(ClusterKeys.NODES, entry -> {
            SessionId session = entry.session();
            if (session != null) {
                nodes.put(session.nodeId(), session);
            }
        });
        view.forEach(
                ClusterKeys.SHARDS,
                entry -> shards.put(
                        ClusterKeys.shardOf(entry.key()), ShardRecord.decode(entry.value(), entry.modRevision())));
        if (!first) {
            tell(new ClusterEvent.Resynchronized(view.revision()));
        }
    }
}
