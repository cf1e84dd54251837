package io.troupe.demo;

/** A node could not start, or ended when nobody killed it. */
final class NodeFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** True if the node itself refused its configuration, with a remedy in the message. */
    private final boolean refused;

    NodeFailedException(String message, boolean refused) {
        super(message);
        this.refused = refused;
    }

    boolean isRefused() {
        return refused;
    }
}
