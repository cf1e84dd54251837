package io.troupe.actors.internal.durable;

/**
 * Shares what a node hands out in one step between its shards. They have turns, one after the other, of a bounded size;
 * a step ends when it has handed out its most, and the next one begins with the shard whose turn it is then. So nobody
 * starves: a shard has a turn again after at most {@code ceil(shards * turn / most)} steps, whatever the others have.
 *
 * <p>Pure. Confined to one thread.
 */
public final class FairRound {
    private final int shards;
    private final int most;
    private final int turn;
    /** Whose turn is next; always below {@link #shards}. */
    private int next;

    /** Hands out what a shard has. */
    public interface Source {
        /**
         * Hands out what is due of a shard.
         *
         * @param shard its number
         * @param limit at most so much
         * @return how much; less than the limit if nothing is left
         */
        int handOut(int shard, int limit);
    }

    /**
     * A round that begins with the first shard.
     *
     * @param shards how many there are
     * @param most   what one step hands out in all
     * @param turn   what a shard hands out in one turn
     */
    public FairRound(int shards, int most, int turn) {
        if (shards < 1 || turn < 1 || most < turn) {
            throw new IllegalArgumentException(
                    "a round of " + shards + " shards with turns of " + turn + " and steps of " + most
                            + " never ends: there must be a shard, and a step must have room for a turn");
        }
        this.shards = shards;
        this.most = most;
        this.turn = turn;
    }

    /**
     * Hands out what is due, until that is all or the step has had its most.
     *
     * @param source what hands out
     * @return true if there may be more: then another step is due
     */
    public boolean step(Source source) {
        int left = most;
        for (int exhausted = 0; left > 0 && exhausted < shards; ) {
            int limit = Math.min(turn, left);
            int out = source.handOut(next, limit);
            next = (next + 1) % shards;
            left -= out;
            exhausted = out < limit ? exhausted + 1 : 0;
        }
        return left == 0;
    }
}
