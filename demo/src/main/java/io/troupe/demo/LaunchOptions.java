package io.troupe.demo;

import io.troupe.demo.input.BadInputException;

/**
 * What every command has to know to start nodes and to hurt some of them, checked.
 *
 * @param nodes     how many nodes: 1, 3, 5, or 7
 * @param kill      whom it hits half-way
 * @param harm      what happens to them
 * @param settings  what all nodes are told alike
 * @param seed      of the generated input and of a random kill
 * @param firstPort the first of two ports a node, or 0 for any free ports
 */
record LaunchOptions(int nodes, KillMode kill, Harm harm, ClusterSettings settings, long seed, int firstPort) {
    private static final int MAX_NODES = 7;
    private static final int MAX_PORT = 65_535;

    LaunchOptions {
        if (nodes < 1 || nodes > MAX_NODES || nodes % 2 == 0) {
            throw new BadInputException("--nodes must be 1, 3, 5 or 7, but was " + nodes
                    + ": an even number tolerates no more failures than one less");
        }
        if (nodes == 1 && (kill == KillMode.LEADER || kill == KillMode.RANDOM)) {
            throw new BadInputException(
                    "--nodes 1 does not survive a kill: use --kill none, or --nodes 3 or more with --kill "
                            + kill.label());
        }
        if (kill == KillMode.NONE && harm != Harm.KILL) {
            throw new BadInputException("--kill none leaves nobody to " + harm.label()
                    + ": name leader, random or all, or leave out --by " + harm.label());
        }
        if (firstPort < 0 || firstPort + 2 * nodes - 1 > MAX_PORT) {
            throw new BadInputException("--port must be 0 or 1 to " + (MAX_PORT - 2 * nodes + 1) + " for " + nodes
                    + " nodes, but was " + firstPort);
        }
    }

    /** {@return whether the one that is hit stays dead; else all nodes are up in the end} */
    boolean endsOneNode() {
        return harm == Harm.KILL && (kill == KillMode.LEADER || kill == KillMode.RANDOM);
    }

    /** {@return how many nodes are up once all are, for a person} */
    String nodesUp() {
        return nodes == 1 ? "1 node up" : nodes + " nodes up";
    }
}
