package io.troupe.actors;

/** Where a cell lives, and which right to run comes with that: an owned shard, or this process alone. Any thread. */
interface Home {
    /** {@return whether a message may be started now} While not, what waits keeps waiting. */
    boolean mayRun();

    /** {@return whether the place stands, whatever a lease says} */
    boolean isHeld();

    /** {@return the fencing token of the place; 0 where nobody else could run the actor} */
    long epoch();

    /** A turn begins: the place is busy. */
    void enter();

    /** A turn is about to end: whoever waits for what it has ended is told. */
    default void tellEnded() {
        // Nobody waits: what ends within the process is told at once.
    }

    /** A turn, or what it has left under way, is over. */
    void leave();

    /** {@return false if the cell has left before} */
    boolean remove(Cell cell);

    /** Wakes a cell a little later, because its executor took no turn now. */
    void wakeSoon(Cell cell);
}
