package io.troupe.chaos.kit;

import java.util.Arrays;
import java.util.Set;

/** Which nodes may reach which: what partitions and pauses ask for. Pure; not thread-safe. */
final class Reach {
    /** Symmetric, and never true on its diagonal. */
    private final boolean[][] parted;
    /** When a node goes on, in nanoseconds of the test; {@code Long.MIN_VALUE} if it does not stand still. */
    private final long[] stillUntilNs;

    Reach(int nodes) {
        parted = new boolean[nodes][nodes];
        stillUntilNs = new long[nodes];
        Arrays.fill(stillUntilNs, Long.MIN_VALUE);
    }

    /** Fails before anything is changed. */
    void check(int node) {
        if (node < 0 || node >= stillUntilNs.length) {
            throw new IllegalArgumentException(
                    "there is no node " + node + ": they are numbered 0 to " + (stillUntilNs.length - 1));
        }
    }

    void part(Set<Integer> some, Set<Integer> others) {
        some.forEach(this::check);
        others.forEach(this::check);
        for (int node : some) {
            if (others.contains(node)) {
                throw new IllegalArgumentException("node " + node + " is on both sides of the partition " + some + " | "
                        + others + ": name it once");
            }
        }
        for (int one : some) {
            for (int other : others) {
                parted[one][other] = true;
                parted[other][one] = true;
            }
        }
    }

    void standStill(int node, long untilNs) {
        check(node);
        stillUntilNs[node] = untilNs;
    }

    void goOn(int node) {
        stillUntilNs[node] = Long.MIN_VALUE;
    }

    boolean isStill(int node, long nowNs) {
        return nowNs < stillUntilNs[node];
    }

    boolean isOpen(int one, int other, long nowNs) {
        return !parted[one][other] && !isStill(one, nowNs) && !isStill(other, nowNs);
    }

    void heal() {
        for (boolean[] row : parted) {
            Arrays.fill(row, false);
        }
        Arrays.fill(stillUntilNs, Long.MIN_VALUE);
    }

    static void checkCount(String what, int nodes) {
        if (nodes < 1 || nodes > TestCluster.MAX_NODES || nodes % 2 == 0) {
            throw new IllegalArgumentException(what + " has 1, 3, 5 or 7 nodes, not " + nodes
                    + ": all of them vote, and an even number is no safer");
        }
    }
}
