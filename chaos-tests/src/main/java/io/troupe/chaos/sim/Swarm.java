package io.troupe.chaos.sim;

/**
 * How hostile the surroundings of one schedule are. Every schedule draws its own, many of them zero: a fault that is
 * always on hides what happens without it.
 *
 * @param loss        messages lost, per mille
 * @param duplicates  messages that arrive twice, per mille
 * @param reorder     messages that overtake others, per mille
 * @param slow        messages that take up to {@code slowNs}, per mille
 * @param slowNs      the longest way of a slow message
 * @param unknown     log entries whose outcome their leader is not told, per mille
 * @param slowCommits log entries that take long to commit, per mille
 * @param viewLagNs   how far the views of the nodes may lag behind the log
 * @param handlerNs   how long a handler may wait for its turn
 * @param busy        transactions that a node's store does not take, per mille
 */
record Swarm(
        int loss,
        int duplicates,
        int reorder,
        int slow,
        long slowNs,
        int unknown,
        int slowCommits,
        long viewLagNs,
        long handlerNs,
        int busy) {
    private static final long MS = 1_000_000;

    /** Nothing goes wrong. */
    static final Swarm CALM = new Swarm(0, 0, 0, 0, MS, 0, 0, MS, MS / 10, 0);

    static Swarm draw(SplitMix random) {
        return new Swarm(
                sometimes(random, 150),
                sometimes(random, 200),
                sometimes(random, 300),
                sometimes(random, 200),
                random.between(2 * MS, 150 * MS),
                sometimes(random, 150),
                sometimes(random, 200),
                random.between(MS, random.permille(300) ? 120 * MS : 5 * MS),
                random.between(1000, random.permille(300) ? 80 * MS : MS),
                sometimes(random, 150));
    }

    private static int sometimes(SplitMix random, int most) {
        return random.permille(500) ? random.below(most + 1) : 0;
    }
}
