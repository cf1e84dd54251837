package io.troupe.actors;

/** An actor was not spawned, because as many names as the node allows are registered. */
public final class SpawnLimitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How many names the node allows. */
    private final int limit;

    SpawnLimitException(String name, int limit) {
        super("actor " + name + " cannot be spawned: " + limit + " names are registered or about to be, which is what"
                + " this node allows; despawn actors that are not needed, use entity(kind, id), which needs no name, or"
                + " raise maxSpawned (max.spawned) on every node");
        this.limit = limit;
    }

    /** {@return how many names the node allows} */
    public int limit() {
        return limit;
    }
}
