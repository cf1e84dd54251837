package io.troupe.actors;

import io.troupe.cluster.SendOutcome;

/** An ask that got no answer; the outcome says whether it may have been executed. */
public final class AskException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient SendOutcome outcome;

    AskException(EntityId target, SendOutcome outcome) {
        super("ask of " + target + " got no answer: " + outcome);
        this.outcome = outcome;
    }

    AskException(EntityId target, SendOutcome outcome, String why) {
        super("ask of " + target + " got no answer: " + outcome + ": " + why);
        this.outcome = outcome;
    }

    /** {@return how the message ended: NotExecuted is safe to send anew, Unknown may have been executed} */
    public SendOutcome outcome() {
        return outcome;
    }
}
