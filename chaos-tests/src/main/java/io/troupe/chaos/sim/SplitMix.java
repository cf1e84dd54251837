package io.troupe.chaos.sim;

/**
 * SplitMix64: the same numbers for one seed on every JVM. Each concern has its own, so that one does not shift another.
 */
final class SplitMix {
    private long state;

    SplitMix(long seed) {
        state = seed;
    }

    /** A generator for one concern of a seed. */
    static SplitMix of(long seed, Concern concern) {
        return new SplitMix(new SplitMix(seed * 64 + concern.number).next());
    }

    /** What is drawn independently. */
    enum Concern {
        SWARM(0),
        FAULTS(1),
        CLIENTS(2),
        NETWORK(3),
        LOG(4),
        CLOCKS(5),
        NODES(6),
        RETRIES(7),
        /** The logs of state groups. */
        GROUP_LOGS(8),
        /** How many state groups there are: a number under which no recorded seed has any. */
        STATE_GROUPS(40);

        /** Part of every seed: never change one. */
        private final int number;

        Concern(int number) {
            this.number = number;
        }
    }

    long next() {
        state += 0x9e3779b97f4a7c15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    int below(int bound) {
        return (int) Long.remainderUnsigned(next(), bound);
    }

    long between(long low, long high) {
        return low + Long.remainderUnsigned(next(), high - low + 1);
    }

    boolean permille(int chance) {
        return chance > 0 && below(1000) < chance;
    }
}
