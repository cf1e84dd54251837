package io.troupe.chaos.sim;

import io.troupe.chaos.sim.SplitMix.Concern;

/**
 * Carries messages between nodes: in order per direction unless told otherwise, and not at all where a direction is
 * blocked when the message leaves or arrives.
 */
final class Network {
    private static final long LEAST_NS = 100_000;
    private static final long SPREAD_NS = 900_000;
    private static final long LINK_UP_NS = 2_000_000;

    private final Simulation world;
    private final SplitMix random;
    /** Faults that block each direction. */
    private final int[][] blocks;

    private final long[][] lastArrival;

    Network(Simulation world) {
        this.world = world;
        random = SplitMix.of(world.seed(), Concern.NETWORK);
        int nodes = world.nodes.length;
        blocks = new int[nodes][nodes];
        lastArrival = new long[nodes][nodes];
    }

    /** A frame of the delivery channels, which bear any order. False if the sender notices that nothing leaves. */
    boolean send(SimNode from, SimNode to, String what, Runnable arrival) {
        return send(from, to, what, false, true, arrival);
    }

    /** A message of the metadata protocols, which are promised the order of what arrives. */
    boolean sendInOrder(SimNode from, SimNode to, String what, Runnable arrival) {
        return send(from, to, what, true, true, arrival);
    }

    /** In order, and never twice. */
    boolean sendOnce(SimNode from, SimNode to, String what, Runnable arrival) {
        return send(from, to, what, true, false, arrival);
    }

    private boolean send(SimNode from, SimNode to, String what, boolean ordered, boolean repeated, Runnable arrival) {
        if (from == to) {
            world.after(20_000, what, to, arrival);
            return true;
        }
        if (isBlocked(from.index, to.index) || !to.isUp()) {
            return random.permille(500);
        }
        Swarm swarm = world.swarm();
        boolean faulty = !world.isCalm();
        if (faulty && random.permille(swarm.loss())) {
            return true;
        }
        post(from, to, what, ordered, arrival);
        if (faulty && repeated && random.permille(swarm.duplicates())) {
            post(from, to, what, ordered, arrival);
        }
        return true;
    }

    private void post(SimNode from, SimNode to, String what, boolean ordered, Runnable arrival) {
        Swarm swarm = world.swarm();
        boolean faulty = !world.isCalm();
        long delay = random.between(LEAST_NS, LEAST_NS + SPREAD_NS);
        if (faulty && random.permille(swarm.slow())) {
            delay += random.between(0, swarm.slowNs());
        }
        if (!faulty || ordered || !random.permille(swarm.reorder())) {
            long[] last = lastArrival[from.index];
            last[to.index] = Math.max(last[to.index], world.now() + delay);
            delay = last[to.index] - world.now();
        }
        world.after(delay, what, to, () -> {
            if (!isBlocked(from.index, to.index)) {
                arrival.run();
            }
        });
    }

    boolean isBlocked(int from, int to) {
        return blocks[from][to] > 0;
    }

    /** True if both are up, not standing still, and hear each other. */
    boolean talk(SimNode one, SimNode other) {
        return one == other
                ? one.isUp() && !one.isStill()
                : one.isUp()
                        && other.isUp()
                        && !one.isStill()
                        && !other.isStill()
                        && !isBlocked(one.index, other.index)
                        && !isBlocked(other.index, one.index);
    }

    void block(int from, int to) {
        blocks[from][to]++;
    }

    void unblock(int from, int to) {
        if (--blocks[from][to] == 0 && !isBlocked(to, from)) {
            connect(world.nodes[from], world.nodes[to]);
        }
    }

    void healAll() {
        for (int from = 0; from < world.nodes.length; from++) {
            for (int to = 0; to < world.nodes.length; to++) {
                if (blocks[from][to] > 0) {
                    blocks[from][to] = 1;
                    unblock(from, to);
                }
            }
        }
    }

    /** The others learn that a process is gone, as its machine refuses what they send. */
    void disconnect(SimNode gone) {
        for (SimNode other : world.nodes) {
            if (other != gone && !isBlocked(gone.index, other.index)) {
                world.after(LINK_UP_NS, "link", other, () -> other.onLink(gone, false));
            }
        }
    }

    /** Both ends learn that their link is up anew. */
    void connect(SimNode one, SimNode other) {
        world.after(LINK_UP_NS, "link", one, () -> one.onLink(other, true));
        world.after(LINK_UP_NS, "link", other, () -> other.onLink(one, true));
    }
}
