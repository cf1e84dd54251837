package io.troupe.cluster;

import org.jspecify.annotations.Nullable;

/**
 * Which part of a list of actors is asked for.
 *
 * @param kind  the kind they are of; null for any
 * @param after the {@link ActorPage#next} of the part before; null for the first part
 * @param limit most actors of the part
 */
public record ActorQuery(@Nullable String kind, @Nullable String after, int limit) {
    /** Most actors of one part. */
    public static final int MAX_LIMIT = 500;

    /** Any kind, the first {@value #MAX_LIMIT}. */
    public static final ActorQuery ALL = new ActorQuery(null, null, MAX_LIMIT);

    /**
     * Checks the limit.
     *
     * @param kind  the kind, or null
     * @param after where to go on, or null
     * @param limit most actors
     * @throws IllegalArgumentException if the limit is out of range
     */
    public ActorQuery {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit (" + limit + ") must be between 1 and " + MAX_LIMIT
                    + ": ask for the next part with what the page names as next");
        }
    }

    /**
     * {@return the same, of one kind}
     *
     * @param only the kind's name
     */
    public ActorQuery ofKind(String only) {
        return new ActorQuery(only, after, limit);
    }

    /**
     * {@return the same, behind another part}
     *
     * @param next the {@link ActorPage#next} of that part
     */
    public ActorQuery after(@Nullable String next) {
        return new ActorQuery(kind, next, limit);
    }

    /**
     * {@return the same, of this size}
     *
     * @param most most actors, 1 to {@value #MAX_LIMIT}
     * @throws IllegalArgumentException if the number is out of range
     */
    public ActorQuery limit(int most) {
        return new ActorQuery(kind, after, most);
    }
}
