package io.troupe.chaos.check;

import java.util.Comparator;

/** The name of a shard: its set and its number there. */
record Shard(String set, long number) implements Comparable<Shard> {
    private static final Comparator<Shard> ORDER =
            Comparator.comparing(Shard::set).thenComparingLong(Shard::number);

    @Override
    public int compareTo(Shard other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return set + "/" + number;
    }
}
