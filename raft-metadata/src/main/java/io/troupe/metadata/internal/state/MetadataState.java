package io.troupe.metadata.internal.state;

import java.util.List;

/** The state machine that every replica applies. One thread applies; any thread reads {@link #view()}. */
public final class MetadataState {
    private volatile StateView view;

    /** The empty state at revision 0. */
    public MetadataState() {
        this(new StateView());
    }

    /**
     * Goes on from a state, such as a snapshot's.
     *
     * @param from the state
     */
    public MetadataState(StateView from) {
        view = from;
    }

    /**
     * Applies one log entry.
     *
     * @param term  the term of the entry
     * @param entry its commands; each succeeds or fails on its own
     * @return an outcome per command, and every change
     */
    public Applied apply(long term, List<Command> entry) {
        return new Applied(List.of(), List.of());
    }

    /** {@return the state after the last entry, immutable} */
    public StateView view() {
        return view;
    }
}
