package io.troupe.demo;

import java.util.List;

/**
 * A node that is hit half-way. It is chosen first and hit later, so that others can note what it owns.
 *
 * @param process the node
 * @param before  whom the nodes took for the leader when it was chosen
 */
record Victim(NodeProcess process, StatusLine before) {
    static List<Victim> choose(LaunchOptions options, LocalCluster cluster) {
        StatusLine before = cluster.newestStatus();
        List<String> nodeIds = cluster.nodes().stream().map(NodeProcess::nodeId).toList();
        return options.kill().victims(nodeIds, before.leader(), options.seed()).stream()
                .map(nodeId -> new Victim(cluster.node(nodeId), before))
                .toList();
    }

    String nodeId() {
        return process.nodeId();
    }

    boolean isLeader() {
        return nodeId().equals(before.leader());
    }

    void kill(DemoConsole console) {
        console.event("KILL " + who());
        process.kill();
    }

    /** {@return it, for a person} */
    String who() {
        return nodeId() + " (" + (isLeader() ? "leader, " : "") + "pid " + process.pid() + ")";
    }
}
