package io.troupe.chaos.sim;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.troupe.actors.internal.durable.CommitId;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.SetRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.WatchEvent;

/**
 * What must hold for every cluster, whatever its actors do: one believer per shard, and no effect of two epochs mixed.
 */
final class Believers {
    private static final String ENTITIES = "entity/";
    private static final String FENCES = "fence/";

    private final Simulation world;
    /** The newest epoch of which an effect was accepted, per shard. */
    private final long[] epochs;

    /** The fence of each shard, as far as the events of its log have been looked at; -1 if it has none. */
    private final long[] fences;

    /** How many shards there are, with those of all sets. */
    private int shards = Topology.SHARDS;

    private boolean clocksBroken;

    Believers(Simulation world) {
        this.world = world;
        epochs = new long[world.topology().allShards()];
        fences = new long[epochs.length];
        Arrays.fill(fences, -1);
    }

    /** {@return how many shards there are, with those of all sets} */
    int shards() {
        return shards;
    }

    void breakClocks() {
        clocksBroken = true;
    }

    boolean clocksBroken() {
        return clocksBroken;
    }

    /** The node may have begun to believe that it runs a shard: nobody else may. */
    void look(SimNode node) {
        if (clocksBroken) {
            return;
        }
        for (int shard = 0; shard < shards; shard++) {
            if (!node.believes(shard)) {
                continue;
            }
            for (SimNode other : world.nodes) {
                if (other != node && other.hosts && other.believes(shard)) {
                    throw world.violation(
                            "I6 one believer", node + " and " + other + " both believe in shard " + shard);
                }
            }
        }
    }

    /** A lease ends before the session does: whoever still trusts its lease has a session. */
    private void lookAtSessions(MetadataView view) {
        for (SimNode node : world.nodes) {
            MetadataView.Session session = view.session(node.id);
            if (session != null
                    && !session.open()
                    && node.trustsLease(session.id().incarnation())) {
                throw world.violation("I6 one believer", node + " trusts its lease, but its session has ended");
            }
        }
    }

    /** The leases follow the sessions of the first group's log, which also says how many shards there are. */
    void onApplied(int group, List<WatchEvent> events, MetadataView view) {
        if (group == 0 && !clocksBroken) {
            lookAtSessions(view);
        }
        for (WatchEvent event : events) {
            if (group == 0 && event instanceof WatchEvent.Put put && put.key().equals(ClusterKeys.NEXT_SHARD)) {
                shards = (int) ClusterKeys.epoch(put.entry().value());
            }
            if (event instanceof WatchEvent.Put put && put.key().startsWith(FENCES)) {
                onFence(group, put.entry());
            }
            if (event instanceof WatchEvent.Put put && put.key().startsWith(ENTITIES)) {
                onEffect(group, put.entry());
            }
        }
    }

    /** One entry may have an effect first and the fence that is raised above it next: the view has only the end. */
    private void onFence(int group, KeyValue entry) {
        int shard = Integer.parseInt(entry.key(), FENCES.length(), entry.key().length(), 10);
        if (group == world.topology().groupOf(shard)) {
            fences[shard] = ClusterKeys.epoch(entry.value());
        }
    }

    /** The fence that matters is that of the log which has the effect, and each shard has one log. */
    private void onEffect(int group, KeyValue entry) {
        String key = entry.key();
        int shard = Integer.parseInt(key, ENTITIES.length(), key.indexOf('/', ENTITIES.length()), 10);
        if (group != world.topology().groupOf(shard)) {
            throw world.violation(
                    "I3 epochs never interleave",
                    "shard " + shard + " has an effect in the log of group " + group + ", not of group "
                            + world.topology().groupOf(shard));
        }
        CommitId id = CommitId.decode(entry.value());
        if (id.epoch() < epochs[shard] || id.epoch() != fences[shard]) {
            throw world.violation(
                    "I3 epochs never interleave",
                    "shard " + shard + " accepts an effect of epoch " + id.epoch() + " after one of " + epochs[shard]
                            + ", its fence is " + fences[shard]);
        }
        epochs[shard] = id.epoch();
    }

    /**
     * No node that owns anything but what is pinned to it owns more than one shard more than another; who drains owns
     * nothing, and everything else is where it is pinned.
     */
    boolean isBalanced() {
        return SetRecord.all(world.log.view(), Topology.SHARDS).values().stream()
                .allMatch(set -> isBalanced(set.first(), set.end()));
    }

    private boolean isBalanced(int first, int end) {
        Map<Integer, String> pins = ClusterKeys.pins(world.log.view()).subMap(first, end);
        int most = 0;
        int least = end - first;
        for (SimNode host : world.nodes) {
            if (!host.hosts) {
                continue;
            }
            boolean draining = isDraining(host);
            int owned = owned(host, first, end);
            if (draining && (owned > 0 || host.isDrainedByFault())) {
                return false;
            }
            int pinned = draining ? 0 : pinned(host, pins);
            if (pinned < 0) {
                return false;
            }
            most = owned > pinned ? Math.max(most, owned) : most;
            least = draining ? least : Math.min(least, owned);
        }
        return most - least <= 1;
    }

    /** How many shards are pinned to a node, or -1 if it does not own all of them. */
    private int pinned(SimNode host, Map<Integer, String> pins) {
        int pinned = 0;
        for (Map.Entry<Integer, String> pin : pins.entrySet()) {
            if (pin.getValue().equals(host.id)) {
                pinned++;
                if (!host.id.equals(world.nodes[0].owner(pin.getKey()))) {
                    return -1;
                }
            }
        }
        return pinned;
    }

    /** In its present life: what was asked of an earlier one is over. */
    private boolean isDraining(SimNode host) {
        MetadataView view = world.log.view();
        MetadataView.Session session = view.session(host.id);
        return session != null && ClusterKeys.isDraining(view.get(ClusterKeys.drain(host.id)), session.id());
    }

    private int owned(SimNode host, int first, int end) {
        int owned = 0;
        for (int shard = first; shard < end; shard++) {
            owned += host.id.equals(world.nodes[0].owner(shard)) ? 1 : 0;
        }
        return owned;
    }

    /** All nodes agree who owns what, and the owners know it. */
    boolean mapsAgree() {
        for (int shard = 0; shard < shards; shard++) {
            String owner = world.nodes[0].owner(shard);
            if (owner == null || !world.node(owner).believes(shard)) {
                return false;
            }
            for (SimNode node : world.nodes) {
                if (!owner.equals(node.owner(shard))) {
                    return false;
                }
            }
        }
        return true;
    }
}
