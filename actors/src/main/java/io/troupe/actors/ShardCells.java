package io.troupe.actors;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.troupe.cluster.spi.OwnedShard;

/**
 * The active entities of one ownership of one shard. They leave on the threads that run them, or all at once when the
 * shard is lost.
 */
final class ShardCells implements Home {
    final OwnedShard shard;
    final ShardGate gate = new ShardGate();
    final Map<EntityId, Cell> byId = new ConcurrentHashMap<>();
    final RecentCells recent = new RecentCells();
    final Duties duties;
    private final EntityHost host;
    private volatile boolean stopped;

    ShardCells(OwnedShard shard, EntityHost host) {
        this.shard = shard;
        this.host = host;
        duties = new Duties(this, host);
    }

    /** {@return the cell of the entity: this one, unless another thread was faster} */
    Cell add(Cell cell) {
        Cell earlier = byId.putIfAbsent(cell.id, cell);
        if (earlier != null) {
            return earlier;
        }
        cell.kind.onAdded();
        if (stopped && remove(cell)) {
            cell.stop(); // the shard was lost in this very moment: whoever stopped the others may have missed it
        }
        return cell;
    }

    @Override
    public boolean mayRun() {
        return shard.mayRun();
    }

    @Override
    public boolean isHeld() {
        return shard.isHeld();
    }

    @Override
    public long epoch() {
        return shard.epoch();
    }

    @Override
    public void enter() {
        gate.enter();
    }

    @Override
    public void tellEnded() {
        shard.tellEnded();
    }

    @Override
    public void leave() {
        gate.leave();
    }

    @Override
    public void wakeSoon(Cell cell) {
        host.wakeSoon(cell);
    }

    @Override
    public boolean remove(Cell cell) {
        boolean removed = byId.remove(cell.id, cell);
        if (removed) {
            recent.forget(cell);
            cell.kind.onRemoved();
        }
        return removed;
    }

    /** {@return those that have something to end: wake them, on a thread that may take its time} */
    List<Cell> stop() {
        stopped = true;
        duties.stop();
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
