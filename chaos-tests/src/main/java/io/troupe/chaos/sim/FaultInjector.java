package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.internal.keys.ClusterKeys;

/** Begins and ends the faults of a schedule. What has begun always ends, at the latest when the chaos does. */
final class FaultInjector {
    /** Clocks may be off by this much: what the lease is made for. */
    private static final int MAX_DRIFT_PPM = 9_900;

    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(5);
    private static final long UNDRAIN_AGAIN_NS = 100_000_000;

    private final Simulation world;

    FaultInjector(Simulation world) {
        this.world = world;
    }

    void begin(Fault fault) {
        SimNode node = world.nodes[fault.node()];
        Network network = world.network;
        switch (fault.kind()) {
            case CRASH -> {
                if (node.isUp()) {
                    node.crash();
                    later(fault, node::restart);
                }
            }
            case PAUSE -> {
                node.stand(false);
                later(fault, node::goOn);
            }
            case SUSPEND -> {
                world.believers().breakClocks();
                node.stand(true);
                later(fault, node::goOn);
            }
            case ISOLATE -> {
                change(fault, true);
                later(fault, () -> change(fault, false));
            }
            case ONE_WAY -> {
                network.block(fault.node(), fault.other());
                later(fault, () -> network.unblock(fault.node(), fault.other()));
            }
            case BRIDGE -> {
                network.block(fault.node(), fault.other());
                network.block(fault.other(), fault.node());
                later(fault, () -> {
                    network.unblock(fault.node(), fault.other());
                    network.unblock(fault.other(), fault.node());
                });
            }
            case DRAIN -> {
                SimNode other = world.nodes[fault.other()];
                if (other.isUp()) {
                    node.drainByFault();
                    world.after(0, "drain", other, () -> drain(other, node));
                    later(fault, () -> undrain(other, node));
                }
            }
            case MOVE -> {
                SimNode asked = world.nodes[fault.other()];
                int shard = (int) (fault.atNs() % world.believers().shards());
                if (asked.isUp()) {
                    world.after(0, "move", asked, () -> world.orders().move(asked, shard, node.id));
                    boolean isKept = fault.lastNs() % 2 == 0;
                    later(
                            fault,
                            () -> world.after(0, "release", asked, () -> {
                                if (!isKept) {
                                    MoveOrders.release(asked, shard);
                                }
                            }));
                }
            }
            case NEW_LEADER -> world.logs[(int) (fault.atNs() % world.logs.length)].elect();
            case DRIFT -> node.clock.rate((int) (fault.atNs() % (2 * MAX_DRIFT_PPM)) - MAX_DRIFT_PPM);
        }
    }

    private static void drain(SimNode asking, SimNode leaving) {
        CompletableFuture<?> unused = asking.system().cluster().manager().drainNode(leaving.id, DRAIN_LIMIT);
    }

    private void undrain(SimNode asking, SimNode staying) {
        world.after(0, "undrain", asking, () -> {
            CompletableFuture<?> unused = asking.system().cluster().manager().undrainNode(staying.id);
        });
    }

    /** Takes back what faults have asked for, also what is only committed now that it is calm. */
    private void undrainAll() {
        for (SimNode node : world.nodes) {
            if (node.isDrainedByFault() && world.log.view().get(ClusterKeys.drain(node.id)) != null) {
                undrain(world.nodes[0], node);
            }
        }
        if (world.isCalm()) {
            world.after(UNDRAIN_AGAIN_NS, "undrain", null, this::undrainAll);
        }
    }

    private void change(Fault fault, boolean blocked) {
        for (int other = 0; other < world.nodes.length; other++) {
            if (other != fault.node() && blocked) {
                world.network.block(fault.node(), other);
                world.network.block(other, fault.node());
            } else if (other != fault.node()) {
                world.network.unblock(fault.node(), other);
                world.network.unblock(other, fault.node());
            }
        }
    }

    private void later(Fault fault, Runnable end) {
        world.after(fault.lastNs(), "end " + fault.kind(), null, () -> {
            if (!world.isCalm()) {
                end.run();
            }
        });
    }

    /** Ends partitions and pauses; what is down stays down. */
    void healLinks() {
        world.network.healAll();
        for (SimNode node : world.nodes) {
            node.goOn();
            node.afterStep();
        }
    }

    void healAll() {
        world.network.healAll();
        for (SimNode node : world.nodes) {
            node.goOn();
            if (!node.isUp()) {
                node.restart();
            }
        }
        undrainAll();
    }
}
