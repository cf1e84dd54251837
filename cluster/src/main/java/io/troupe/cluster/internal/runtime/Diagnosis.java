package io.troupe.cluster.internal.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.NodeAddress;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.metadata.MetadataStore;
import io.troupe.transport.Lane;
import io.troupe.transport.MessagingSystem;

/** Says what a node lacks, from what it knows itself. Any thread. */
record Diagnosis(
        ClusterConfig config,
        MetadataStore store,
        MessagingSystem messaging,
        Standing standing,
        Membership membership,
        ShardSets sets,
        RoutingTable routing,
        HostedShards shards) {

    /** A line each, with what to do; empty if nothing is missing. */
    List<String> findings() {
        List<String> findings = new ArrayList<>();
        if (standing.isClosed()) {
            return List.of("this node is closed");
        }
        boolean started = standing.isStarted();
        if (!started) {
            findings.add("the metadata group has no leader that this node knows of: a majority of the seeds "
                    + Wiring.names(config.seeds()) + " must run and reach each other on their Raft ports");
        } else if (membership.session() == null) {
            findings.add("this node has no session: the leader "
                    + (config.stateGroups() == 0 ? "" : "of the cluster or of a state group ") + "does not answer");
        } else if (!standing.inCluster()) {
            findings.add("this node's lease has passed, so it starts no actor: "
                    + (membership.isBehind()
                            ? "the leader answers, but the log does not arrive: see to its Raft port"
                            : "it does not reach the leader"));
        }
        if (membership.session() != null && !membership.staleGroups().isEmpty()) {
            findings.add("this node's copy of the state groups " + membership.staleGroups()
                    + " is older than a lease, so it answers no local reads of their entities: a majority of the voters"
                    + " must run those groups");
        }
        for (NodeAddress seed : missingLinks()) {
            findings.add("no link to " + seed + ": start it, or open its messaging port");
        }
        if (started) {
            List<String> others = LiveNode.all(store.view()).stream()
                    .map(node -> node.session().nodeId())
                    .filter(nodeId -> !nodeId.equals(config.nodeId()))
                    .toList();
            findings.addAll(openCircuits(
                    others,
                    nodeId -> Arrays.stream(Lane.values())
                            .anyMatch(lane -> messaging.link(nodeId, lane).circuitOpen())));
        }
        if (started && missingHosts() > 0) {
            findings.add("no shard is given out: the cluster wants at least " + config.minimumPeersQuorum()
                    + " nodes that can own shards, start " + missingHosts() + " more");
        }
        if (started) {
            findings.addAll(sets.homeless(routing));
            if (waitingShards() > 0) {
                findings.add(waitingShards() + " shards of this node are not active yet");
            }
        }
        return findings;
    }

    static List<String> openCircuits(List<String> others, Predicate<String> isOpen) {
        return others.stream()
                .filter(isOpen)
                .map(nodeId ->
                        "no message is sent to " + nodeId + ": what was sent did not arrive, again and again; see"
                                + " to that node, and to what is between")
                .toList();
    }

    Map<String, Boolean> health() {
        boolean started = standing.isStarted();
        return Map.of(
                "lease",
                standing.inCluster(),
                "leader",
                started && store.view().leader() != null,
                "shards",
                started && waitingShards() == 0 && sets.homeless(routing).isEmpty(),
                "links",
                missingLinks().isEmpty());
    }

    /** How many nodes that can own shards have to come before any shard is given out. */
    int missingHosts() {
        long hosts = LiveNode.all(store.view()).stream()
                .filter(node -> node.record().hosts())
                .count();
        return (int) Math.max(0, config.minimumPeersQuorum() - hosts);
    }

    private List<NodeAddress> missingLinks() {
        return config.seeds().stream()
                .filter(seed ->
                        !seed.nodeId().equals(config.nodeId()) && !Neighbours.isLinked(messaging, seed.nodeId()))
                .toList();
    }

    /** Shards that this node owns and does not run yet. */
    int waitingShards() {
        return routing.shardsPerOwner().getOrDefault(config.nodeId(), 0) - shards.activeShards();
    }
}
