package io.troupe.actors;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.troupe.cluster.spi.OwnedShard;

/**
 * The active entities of one ownership of one shard. Entities are added under the shard's lock; they leave on the threads
 * that run them, or all at once when the shard is lost.
 */
final class ShardCells {
    final OwnedShard shard;
    final ShardGate gate = new ShardGate();
    final Map<EntityId, Cell> byId = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    ShardCells(OwnedShard shard) {
        this.shard = shard;
    }

    void add(Cell cell) {
        byId.put(cell.id, cell);
        cell.kind.onAdded();
        if (stopped && remove(cell)) {
            cell.stop(); // the shard was lost in this very moment: whoever stopped the others may have missed it
        }
    }

    /** False if it has left before. */
    boolean remove(Cell cell) {
        boolean removed = byId.remove(cell.id, cell);
        if (removed) {
            cell.kind.onRemoved();
        }
        return removed;
    }

    /** {@return those that have something to end: wake them, on a thread that may take its time} */
    List<Cell> stop() {
        stopped = true;
        List<Cell> ending = new ArrayList<>(0);
        for (Cell cell : byId.values()) {
            if (remove(cell)) {
                cell.stop();
                if (cell.hasEnd()) {
                    ending.add(cell);
                }
            }
        }
        return ending;
    }
}
