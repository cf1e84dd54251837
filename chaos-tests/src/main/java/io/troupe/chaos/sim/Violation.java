package io.troupe.chaos.sim;

/** An invariant does not hold. The message names it, the seed, and how to see it again. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    private final String invariant;

    Violation(long seed, String invariant, String what, String replay) {
        super("seed " + seed + " breaks " + invariant + ": " + what + "\n  replay: " + replay);
        this.invariant = invariant;
    }

    String invariant() {
        return invariant;
    }
}
