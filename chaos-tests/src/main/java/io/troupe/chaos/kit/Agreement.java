package io.troupe.chaos.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.NodeInfo;
import io.troupe.metadata.MetadataView;

/** What the nodes of a cluster think, compared. Reads only what each of them knows. */
final class Agreement {
    private Agreement() {}

    /** {@return what the nodes that are up do not agree on, for a person; empty if they do} */
    static List<String> missing(List<ClusterActorSystem> up) {
        List<String> missing = new ArrayList<>();
        TreeSet<String> ids = new TreeSet<>();
        up.forEach(system -> ids.add(system.nodeId()));
        for (ClusterActorSystem system : up) {
            Cluster cluster = system.cluster();
            if (!cluster.inCluster()) {
                missing.add(system.nodeId() + " is not in the cluster");
                continue;
            }
            TreeSet<String> seen = new TreeSet<>();
            cluster.nodes().forEach(node -> seen.add(node.nodeId()));
            if (!seen.equals(ids)) {
                missing.add(system.nodeId() + " knows the nodes " + seen + ", up are " + ids);
            }
            String leader = leader(system);
            if (!ids.contains(leader)) {
                missing.add(system.nodeId() + " takes " + leader + " for the leader");
            } else if (!leader.equals(leader(up.get(0)))) {
                missing.add(system.nodeId() + " takes " + leader + " for the leader, "
                        + up.get(0).nodeId() + " takes " + leader(up.get(0)));
            }
        }
        if (missing.isEmpty() && !up.isEmpty()) {
            compareShards(up, ids, missing);
        }
        return missing;
    }

    private static void compareShards(List<ClusterActorSystem> up, Set<String> ids, List<String> missing) {
        Cluster first = up.get(0).cluster();
        int shards = first.config().shards();
        for (int shard = 0; shard < first.config().allShards(); shard++) {
            String owner = first.owner(shard);
            if (owner == null ? shard < shards : !ids.contains(owner)) {
                missing.add("shard " + shard + " is owned by " + owner);
            }
            for (ClusterActorSystem system : up) {
                if (!Objects.equals(system.cluster().owner(shard), owner)) {
                    missing.add("shard " + shard + " is " + owner + "'s for "
                            + up.get(0).nodeId() + ", and " + system.cluster().owner(shard) + "'s for "
                            + system.nodeId());
                }
            }
        }
        for (ClusterActorSystem system : up) {
            int owned = system.cluster().shardsPerOwner().getOrDefault(system.nodeId(), 0);
            int active = system.cluster().activeShards();
            if (owned != active) {
                missing.add(system.nodeId() + " owns " + owned + " shards and runs " + active);
            }
        }
        if (missing.isEmpty()) {
            balance(first, shards, missing);
        }
    }

    private static void balance(Cluster cluster, int shards, List<String> missing) {
        Map<String, Integer> owned = cluster.nodes().stream()
                .filter(node -> !node.draining() && node.hosting().shards())
                .collect(Collectors.toMap(NodeInfo::nodeId, node -> 0));
        for (int shard = 0; shard < shards; shard++) {
            owned.computeIfPresent(String.valueOf(cluster.owner(shard)), (node, count) -> count + 1);
        }
        int most = owned.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        int least = owned.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        if (most - least > 1) {
            missing.add("the shards are not balanced: " + owned);
        }
    }

    /** {@return the leader that a node has heard of, "nobody" if it has not} */
    static String leader(ClusterActorSystem system) {
        return system.cluster().leader().map(MetadataView.Leader::nodeId).orElse("nobody");
    }
}
