package io.troupe.demo;

/**
 * The node that dies half-way. It is chosen first and killed later, so that others can note what it owns.
 *
 * @param process the node
 * @param before  whom the nodes took for the leader when it was chosen
 */
record Victim(NodeProcess process, StatusLine before) {
    static Victim choose(LaunchOptions options, LocalCluster cluster) {
        StatusLine before = cluster.newestStatus();
        String nodeId = options.kill()
                .victim(cluster.nodes().stream().map(NodeProcess::nodeId).toList(), before.leader(), options.seed());
        return new Victim(cluster.node(nodeId), before);
    }

    String nodeId() {
        return process.nodeId();
    }

    boolean isLeader() {
        return nodeId().equals(before.leader());
    }

    void kill(DemoConsole console) {
        console.event("KILL " + nodeId() + " (" + (isLeader() ? "leader, " : "") + "pid " + process.pid() + ")");
        process.kill();
    }
}
