package io.troupe.chaos.process;

import java.io.IOException;

import io.troupe.chaos.process.scenario.NodeMain;

/** A launcher to be killed: starts a cluster, pauses a node, tells what there is, and waits. */
final class HarnessLauncher {
    private HarnessLauncher() {}

    public static void main(String... arguments) throws IOException {
        try (ClusterProcesses cluster = ClusterProcesses.start(ClusterPlan.of(NodeMain.class.getName(), 1, 3))) {
            NodeProcess node = cluster.node("n1");
            node.pause();
            System.out.println(node.pid() + " " + cluster.root());
            int unused = System.in.read();
        }
    }
}
