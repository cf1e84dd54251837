package io.troupe.actors;

import java.util.List;
import java.util.TreeSet;

import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.spi.ActorRange;

/**
 * Who is in the memory of this node, in order and in parts. Shards are looked through one by one, from lower to higher.
 */
final class Census {
    private final String nodeId;
    private final ActorRange range;
    /** The first of the range so far, never more than its limit. */
    private final TreeSet<ActorInfo> found = new TreeSet<>(ActorRange.ORDER);

    Census(String nodeId, ActorRange range) {
        this.nodeId = nodeId;
        this.range = range;
    }

    /** {@return whether it has enough, so that later shards need not be looked at} */
    boolean isFull() {
        return found.size() >= range.limit();
    }

    void add(ShardCells cells) {
        int shard = cells.shard.shard();
        boolean unfenced = !cells.shard.mayRun();
        for (Cell cell : cells.byId.values()) {
            if (range.has(shard, cell.id.kind(), cell.id.id())) {
                found.add(new ActorInfo(
                        cell.id.kind(),
                        cell.id.id(),
                        nodeId,
                        shard,
                        cells.shard.epoch(),
                        cell.waitingMessages(),
                        unfenced && cell.goesOnUnfenced()));
                if (found.size() > range.limit()) {
                    found.pollLast();
                }
            }
        }
    }

    List<ActorInfo> result() {
        return List.copyOf(found);
    }
}
