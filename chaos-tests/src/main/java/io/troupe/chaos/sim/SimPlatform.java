package io.troupe.chaos.sim;

import java.util.List;
import java.util.Objects;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.spi.Platform;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.spi.PeerChannel;
import io.troupe.transport.MessagingSystem;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/** What one life of a node stands on: the simulation's time, chance, network and log. A step ends with its life. */
final class SimPlatform implements Platform {
    private static final long SHORTEST_TURN_NS = 1000;

    private final Simulation world;
    private final SimNode node;
    /** Entries of each log that the disk has. */
    private final int[] applied;

    private @Nullable SimMessaging messaging;
    private List<NodeStore> stores = List.of();

    SimPlatform(Simulation world, SimNode node, int[] applied) {
        this.world = world;
        this.node = node;
        this.applied = applied;
    }

    SimMessaging messaging() {
        return Objects.requireNonNull(messaging);
    }

    /** {@return the stores of this life, one for each log} */
    List<NodeStore> stores() {
        return stores;
    }

    @Override
    public NanoClock clock() {
        return node.clock;
    }

    @Override
    public boolean isVirtual() {
        return true;
    }

    @Override
    public long random() {
        return node.retries.next();
    }

    @Override
    public MessagingSystem messaging(ClusterConfig config, boolean bulk, MessagingSystem.FrameHandler frames) {
        messaging = new SimMessaging(world, node, bulk, frames);
        return messaging;
    }

    @Override
    public MetadataStore store(ClusterConfig config, PeerChannel peers) {
        stores = NodeStore.create(world, node, applied);
        return stores.get(0);
    }

    @Override
    public Loop newLoop(String role) {
        return new Loop() {
            @Override
            public void execute(Runnable step) {
                node.soon(step);
            }

            @Override
            public void repeat(long periodNanos, Runnable step) {
                schedule(node.random.between(0, periodNanos / 2), () -> again(periodNanos, step));
            }

            private void again(long periodNanos, Runnable step) {
                schedule(periodNanos, () -> again(periodNanos, step));
                step.run();
                world.believers().look(node);
            }

            @Override
            public void schedule(long delayNanos, Runnable step) {
                world.after(delayNanos, role, node, step);
            }

            @Override
            public void close() {
                // A simulated life just ends.
            }
        };
    }

    @Override
    public void detach(String role, Runnable step) {
        node.soon(step);
    }

    @Override
    public Workers newWorkers(String role) {
        return new Workers() {
            @Override
            public void execute(Runnable step) {
                long delay = world.isCalm()
                        ? SHORTEST_TURN_NS
                        : node.random.between(SHORTEST_TURN_NS, world.swarm().handlerNs());
                world.after(delay, role, node, () -> {
                    world.believers().look(node);
                    step.run();
                });
            }

            @Override
            public void close() {
                // A simulated life just ends.
            }
        };
    }
}
