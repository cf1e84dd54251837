package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.troupe.cluster.NodeInfo;
import io.troupe.cluster.NodeState;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;

/**
 * Lists the live nodes as this node's copy of the store has them. Any thread.
 *
 * @param store   has the copy
 * @param routing knows who owns what
 * @param state   how this node sees another one
 */
record LiveNodes(MetadataStore store, RoutingTable routing, Function<LiveNode, NodeState> state) {
    List<NodeInfo> list() {
        MetadataView view = store.view();
        MetadataView.Leader leader = view.leader();
        Set<String> voters = store.voters().stream().map(Voter::nodeId).collect(Collectors.toSet());
        Map<String, Integer> shards = routing.shardsPerOwner();
        return LiveNode.all(view).stream()
                .map(node -> new NodeInfo(
                        node.nodeId(),
                        node.incarnation(),
                        node.hosting(),
                        node.record().kinds(),
                        state.apply(node),
                        node.draining(),
                        leader != null && leader.nodeId().equals(node.nodeId()),
                        voters.contains(node.nodeId()),
                        shards.getOrDefault(node.nodeId(), 0)))
                .toList();
    }
}
