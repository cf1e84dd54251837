package io.troupe.cluster.internal.keys;

import java.util.ArrayList;
import java.util.List;

import io.troupe.cluster.Hosting;
import io.troupe.cluster.ShardSet;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * A node that is in the cluster, as one view of the store has it: its entry under {@link ClusterKeys#node} is bound to
 * its session, and goes with it.
 *
 * @param entry    its entry
 * @param session  its session
 * @param record   what it says of itself
 * @param draining true if it is to own nothing
 */
public record LiveNode(KeyValue entry, SessionId session, NodeRecord record, boolean draining) {
    /**
     * {@return the live nodes in the order of their ids}
     *
     * @param view what the store has
     */
    public static List<LiveNode> all(MetadataView view) {
        List<LiveNode> nodes = new ArrayList<>();
        view.forEach(ClusterKeys.NODES, entry -> {
            LiveNode node = of(entry, view);
            if (node != null) {
                nodes.add(node);
            }
        });
        return nodes;
    }

    /**
     * {@return a node, or null if it does not live}
     *
     * @param view   what the store has
     * @param nodeId the node
     */
    public static @Nullable LiveNode find(MetadataView view, String nodeId) {
        KeyValue entry = view.get(ClusterKeys.node(nodeId));
        return entry == null ? null : of(entry, view);
    }

    private static @Nullable LiveNode of(KeyValue entry, MetadataView view) {
        SessionId session = entry.session();
        return session == null
                ? null
                : new LiveNode(
                        entry,
                        session,
                        NodeRecord.decode(entry.value()),
                        ClusterKeys.isDraining(view.get(ClusterKeys.drain(session.nodeId())), session));
    }

    /** {@return the condition that it still lives this life, and has said nothing else of itself} */
    public Compare unchanged() {
        return Compare.modRevision(entry.key(), entry.modRevision());
    }

    /** {@return its id} */
    public String nodeId() {
        return session.nodeId();
    }

    /** {@return its incarnation} */
    public long incarnation() {
        return session.incarnation();
    }

    /** {@return what it offers} */
    public Hosting hosting() {
        return record.hosting();
    }

    /**
     * {@return true if it may own shards of a set: the set admits it, and it has a kind of the set}
     *
     * @param set the set
     */
    public boolean mayOwn(ShardSet set) {
        return set.admits(nodeId(), hosting())
                && (set.isDefault() || record.sets().contains(set.name()));
    }

    /** {@return true if it may own shards, and is not about to leave} */
    public boolean takesShards() {
        return record.hosts() && !draining;
    }
}
