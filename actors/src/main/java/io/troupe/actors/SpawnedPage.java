package io.troupe.actors;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A part of the list of names that spawned actors bear.
 *
 * @param actors   who bears them, in the order of the names
 * @param next     the name behind which the next part begins; null if there is none
 * @param revision the revision of the store that this part reflects: everything up to it, nothing behind it
 */
public record SpawnedPage(List<Entry> actors, @Nullable String next, long revision) {
    /** Most names of one part. */
    public static final int MAX_LIMIT = 500;

    /**
     * One spawned actor.
     *
     * @param name      its name
     * @param kind      its kind's name
     * @param spawnedAt the revision with which it was spawned
     */
    public record Entry(String name, String kind, long spawnedAt) {}
}
