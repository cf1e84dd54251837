package io.troupe.demo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.NodeInfo;
import io.troupe.demo.users.UserKey;
import io.troupe.demo.users.Users;

/**
 * The cluster as any of its nodes can tell: who is there, who leads, who owns what. What is in its memory a node tells
 * itself.
 */
final class UsersStatus {
    private UsersStatus() {}

    /** {@return a line about the cluster, and one about each node in it} */
    static List<String> lines(ClusterActorSystem asked, Users users, List<UserKey> keys, LocalCluster cluster) {
        Map<String, Set<Integer>> userShards = new TreeMap<>();
        for (UserKey key : keys) {
            if (users.whereIs(key) instanceof Lookup.Hosted hosted) {
                userShards
                        .computeIfAbsent(hosted.nodeId(), node -> new HashSet<>())
                        .add(hosted.shard());
            }
        }
        String leader = asked.cluster().leader().map(found -> found.nodeId()).orElse("none");
        List<NodeInfo> nodes = asked.cluster().nodes();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT, "%d nodes as %s sees them, leader %s", nodes.size(), asked.nodeId(), leader));
        for (NodeInfo node : nodes) {
            String id = node.nodeId();
            lines.add(String.format(
                    Locale.ROOT,
                    "  %s %s%s: %,d shards, %d of them of users%s",
                    id,
                    node.state(),
                    id.equals(leader) ? ", leader" : "",
                    node.shards(),
                    userShards.getOrDefault(id, Set.of()).size(),
                    active(id, cluster)));
        }
        return lines;
    }

    private static String active(String nodeId, LocalCluster cluster) {
        return cluster.nodes().stream()
                .filter(node -> node.nodeId().equals(nodeId))
                .findFirst()
                .map(node -> String.format(
                        Locale.ROOT, ", %,d entities active", node.status().active()))
                .orElse("");
    }

    /** {@return entities in the memory of all nodes that live} */
    static int active(LocalCluster cluster) {
        return cluster.nodes().stream()
                .filter(NodeProcess::isAlive)
                .mapToInt(node -> node.status().active())
                .sum();
    }
}
