package io.troupe.actors;

import java.util.Set;
import java.util.TreeSet;

/** An actor was not spawned, because no node could run it where it was to live. */
public final class KindUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Sorted, so that it reads the same each time. */
    private final TreeSet<String> missingRoles;

    KindUnavailableException(String message, Set<String> missingRoles) {
        super(message);
        this.missingRoles = new TreeSet<>(missingRoles);
    }

    /**
     * {@return the roles that nothing offers: no declared shard set asks for them, or no live node has them; may be
     * empty}
     */
    public Set<String> missingRoles() {
        return Set.copyOf(missingRoles);
    }
}
