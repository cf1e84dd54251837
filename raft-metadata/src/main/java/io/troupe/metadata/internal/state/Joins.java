package io.troupe.metadata.internal.state;

/**
 * What a group remembers for good of the lives that joined it. A session that has ended is forgotten after a while, but
 * is never opened again under its id. One number is enough, because the ids of all nodes are revisions of one group.
 *
 * @param any       whether a life ever joined
 * @param forgotten the highest incarnation that was forgotten since: a node without a known session does not join with
 *                  this one or a lower one
 */
public record Joins(boolean any, long forgotten) {
    /** Of a group that nobody joined. */
    public static final Joins NONE = new Joins(false, 0);

    Joins joined() {
        return any ? this : new Joins(true, 0);
    }

    Joins forget(long incarnation) {
        return any ? new Joins(true, Math.max(forgotten, incarnation)) : this;
    }
}
