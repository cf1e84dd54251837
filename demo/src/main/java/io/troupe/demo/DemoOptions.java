package io.troupe.demo;

import java.util.List;

import io.troupe.demo.input.BadInputException;

/**
 * What one run does, checked.
 *
 * @param nodes     how many nodes: 1, 3, 5, or 7
 * @param kill      who dies half-way
 * @param mode      the guarantee of every message
 * @param seed      of the generated input and of a random kill
 * @param inFlight  most messages sent and not yet acknowledged
 * @param stock     true to send every line to its stock item as well
 * @param firstPort the first of two ports a node, or 0 for any free ports
 * @param fault     what else goes wrong
 * @param nodeJvm   further JVM flags of the nodes
 */
record DemoOptions(
        int nodes,
        KillMode kill,
        Mode mode,
        long seed,
        int inFlight,
        boolean stock,
        int firstPort,
        Fault fault,
        List<String> nodeJvm) {
    private static final int MAX_NODES = 7;
    private static final int MAX_IN_FLIGHT = 1_000_000;
    private static final int MAX_PORT = 65_535;

    DemoOptions {
        nodeJvm = List.copyOf(nodeJvm);
        checkNodes(nodes, kill);
        if (inFlight < 1 || inFlight > MAX_IN_FLIGHT) {
            throw new BadInputException("--in-flight must be 1 to " + MAX_IN_FLIGHT + ", but was " + inFlight);
        }
        if (firstPort < 0 || firstPort + 2 * nodes - 1 > MAX_PORT) {
            throw new BadInputException("--port must be 0 or 1 to " + (MAX_PORT - 2 * nodes + 1) + " for " + nodes
                    + " nodes, but was " + firstPort);
        }
    }

    static void checkNodes(int nodes, KillMode kill) {
        if (nodes < 1 || nodes > MAX_NODES || nodes % 2 == 0) {
            throw new BadInputException("--nodes must be 1, 3, 5 or 7, but was " + nodes
                    + ": an even number tolerates no more failures than one less");
        }
        if (nodes == 1 && kill != KillMode.NONE) {
            throw new BadInputException(
                    "--nodes 1 does not survive a kill: use --kill none, or --nodes 3 or more with --kill "
                            + kill.label());
        }
    }
}
