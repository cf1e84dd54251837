package io.troupe.chaos.kit;

import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

import io.troupe.actors.ClusterActorSystem;
import org.jspecify.annotations.Nullable;

/** Who leads, by what the nodes say and who can reach whom. */
final class Leaders {
    private Leaders() {}

    /**
     * {@return the number of the node that says it leads, and that a majority of all nodes takes for the leader and can
     * reach; -1 if there is none}
     *
     * @param nodes the systems by number, null for a node that is down
     * @param open  whether two nodes can reach each other
     */
    static int accepted(List<@Nullable ClusterActorSystem> nodes, BiPredicate<Integer, Integer> open) {
        for (int candidate = 0; candidate < nodes.size(); candidate++) {
            ClusterActorSystem system = nodes.get(candidate);
            if (system == null
                    || !open.test(candidate, candidate)
                    || !system.cluster().isLeader()) {
                continue;
            }
            int followers = 0;
            for (int node = 0; node < nodes.size(); node++) {
                ClusterActorSystem follower = nodes.get(node);
                if (follower != null
                        && open.test(candidate, node)
                        && Agreement.leader(follower).equals(system.nodeId())) {
                    followers++;
                }
            }
            if (2 * followers > nodes.size()) {
                return candidate;
            }
        }
        return -1;
    }

    /** {@return whom each node takes for the leader} */
    static String beliefs(List<ClusterActorSystem> up) {
        return up.stream()
                .map(system -> system.nodeId() + " takes " + Agreement.leader(system)
                        + (system.cluster().isLeader() ? " (and says it leads)" : ""))
                .collect(Collectors.joining(", ", "", "; nodes that are up: " + up.size()));
    }
}
