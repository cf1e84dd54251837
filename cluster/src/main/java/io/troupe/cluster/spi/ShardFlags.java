package io.troupe.cluster.spi;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The shards that have something to be done, a bit each. A node has hundreds of shards, a tick comes fifty times a
 * second, and mostly there is nothing to do: to find that out it reads a few words instead of touching an object for
 * each shard. Any thread.
 *
 * <p>Who raises a flag does so behind what there is to do; who does it lowers the flag before it looks, or where nobody
 * can raise it. Then none is lost.
 */
public final class ShardFlags {
    private final AtomicLongArray words;

    /**
     * Flags that are all down.
     *
     * @param shards how many there are
     */
    public ShardFlags(int shards) {
        words = new AtomicLongArray((shards + Long.SIZE - 1) / Long.SIZE);
    }

    /**
     * There is something to do. Writes nothing if the flag is up.
     *
     * @param shard its number
     */
    public void raise(int shard) {
        if (!isRaised(shard)) {
            words.accumulateAndGet(shard / Long.SIZE, 1L << shard, (word, bit) -> word | bit);
        }
    }

    /**
     * There is nothing to do any more, or who lowers the flag does it now.
     *
     * @param shard its number
     */
    public void lower(int shard) {
        words.accumulateAndGet(shard / Long.SIZE, 1L << shard, (word, bit) -> word & ~bit);
    }

    /**
     * {@return true if there is something to do}
     *
     * @param shard its number
     */
    public boolean isRaised(int shard) {
        return (words.get(shard / Long.SIZE) & 1L << shard) != 0;
    }

    /**
     * {@return the next shard whose flag is up at this moment, or -1 if there is none}
     *
     * @param from the first that counts
     */
    public int next(int from) {
        for (int word = from / Long.SIZE; word < words.length(); word++) {
            long mask = word == from / Long.SIZE ? -1L << from : -1L;
            long raised = words.get(word) & mask;
            if (raised != 0) {
                return word * Long.SIZE + Long.numberOfTrailingZeros(raised);
            }
        }
        return -1;
    }
}
