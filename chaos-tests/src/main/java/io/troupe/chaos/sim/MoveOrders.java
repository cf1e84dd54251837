package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.MoveReport;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.WatchEvent;
import org.jspecify.annotations.Nullable;

/**
 * The moves of shards that users ordered, and whether what they are told is true: moved means that the log has had the
 * shard at that node, at rest, since it was asked; not moved means that the limit has passed. What waits for an answer
 * is known until its node dies.
 */
final class MoveOrders {
    /** Shorter than some faults, so that some orders end before their shard has moved. */
    private static final Duration LIMIT = Duration.ofMillis(700);

    /** Clocks of nodes may be that slow, in parts per thousand. */
    private static final long DRIFT = 10;

    /** What an order may end with besides a report; FAILED if the store does not know what became of it. */
    private static final Set<ClusterException.Code> REFUSALS = Set.of(
            ClusterException.Code.UNKNOWN_NODE, ClusterException.Code.NOT_ADMITTED, ClusterException.Code.FAILED);

    private final Simulation world;
    private final List<Order> open = new ArrayList<>();
    private int moved;

    private static final class Order {
        final SimNode asked;
        final int shard;
        final String to;
        final long atNs;
        /** The log has had the shard there since the order. */
        boolean arrived;

        Order(SimNode asked, int shard, String to, long atNs) {
            this.asked = asked;
            this.shard = shard;
            this.to = to;
            this.atNs = atNs;
        }

        void look(ShardRecord owned) {
            arrived |= owned.target() == null && owned.owner().equals(to);
        }

        @Override
        public String toString() {
            return "the order of " + asked.id + " to move shard " + shard + " to " + to;
        }
    }

    MoveOrders(Simulation world) {
        this.world = world;
    }

    /** On a step of the node that is asked. */
    void move(SimNode asked, int shard, String to) {
        Order order = new Order(asked, shard, to, world.now());
        KeyValue present = world.log.view().get(ClusterKeys.shard(shard));
        if (present != null) {
            order.look(ShardRecord.decode(present.value(), present.modRevision()));
        }
        CompletableFuture<MoveReport> answer;
        try {
            answer = asked.system().cluster().manager().moveShard(shard, to, LIMIT);
        } catch (IllegalArgumentException e) {
            return; // this node has not heard of the shard's set yet
        }
        open.add(order);
        CompletableFuture<?> unused = answer.whenComplete((report, failure) -> onAnswered(order, report, failure));
    }

    static void release(SimNode asked, int shard) {
        CompletableFuture<?> unused = asked.system().cluster().manager().releaseShard(shard);
    }

    private void onAnswered(Order order, @Nullable MoveReport report, @Nullable Throwable failure) {
        if (!open.remove(order)) {
            return; // its node has died
        }
        if (report == null) {
            if (!(failure instanceof ClusterException refused && REFUSALS.contains(refused.code()))) {
                throw world.violation("I10 orders are answered truly", order + " failed: " + failure);
            }
            return;
        }
        moved += report.moved() ? 1 : 0;
        if (report.moved() && !order.arrived) {
            throw world.violation(
                    "I10 orders are answered truly", order + " is told " + report + ", the log never had it there");
        }
        long tookNs = world.now() - order.atNs;
        if (!report.moved() && tookNs < LIMIT.toNanos() / 1000 * (1000 - DRIFT)) {
            throw world.violation(
                    "I10 orders are answered truly", order + " is told " + report + " after " + tookNs + " ns");
        }
    }

    void onApplied(List<WatchEvent> events) {
        for (WatchEvent event : events) {
            if (event instanceof WatchEvent.Put put && put.key().startsWith(ClusterKeys.SHARDS)) {
                int shard = ClusterKeys.shardOf(put.key());
                ShardRecord owned =
                        ShardRecord.decode(put.entry().value(), put.entry().modRevision());
                open.stream().filter(order -> order.shard == shard).forEach(order -> order.look(owned));
            }
        }
    }

    void onCrash(SimNode node) {
        open.removeIf(order -> order.asked == node);
    }

    /** {@return how many wait for an answer} */
    int waiting() {
        return open.size();
    }

    /** {@return how many were told that their shard has moved} */
    int moved() {
        return moved;
    }

    @Override
    public String toString() {
        return open.toString();
    }
}
