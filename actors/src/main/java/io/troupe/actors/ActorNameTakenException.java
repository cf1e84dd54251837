package io.troupe.actors;

/** An actor was not spawned, because another one bears its name. */
public final class ActorNameTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The name that is taken. */
    private final String name;

    ActorNameTakenException(String name, String kind) {
        super("the name " + name + " is taken by an actor of kind " + kind
                + ": choose another one, or despawn that actor first");
        this.name = name;
    }

    /** {@return the name} */
    public String name() {
        return name;
    }
}
