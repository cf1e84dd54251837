package io.troupe.actors;

import java.util.function.Predicate;

/** A place without a shard, where every cell may always run. */
final class OpenPlace implements Home {
    private final Predicate<Cell> removal;

    /** Asks whether a cell that closes was there. */
    OpenPlace(Predicate<Cell> removal) {
        this.removal = removal;
    }

    @Override
    public boolean mayRun() {
        return true;
    }

    @Override
    public boolean isHeld() {
        return true;
    }

    @Override
    public long epoch() {
        return 0;
    }

    @Override
    public void enter() {
        // Nobody counts.
    }

    @Override
    public void leave() {
        // Nobody counts.
    }

    @Override
    public boolean remove(Cell cell) {
        return removal.test(cell);
    }

    @Override
    public void wakeSoon(Cell cell) {
        throw new IllegalStateException("its executor takes every turn");
    }
}
