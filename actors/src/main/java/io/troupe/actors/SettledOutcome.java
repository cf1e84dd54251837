package io.troupe.actors;

import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.Reason;

/**
 * What a local tell returns: known at once and the same for all, so nothing is allocated for it and nobody may change
 * it.
 */
final class SettledOutcome extends CompletableFuture<SendOutcome> {
    static final SettledOutcome ACCEPTED = new SettledOutcome(new SendOutcome.Accepted());
    static final SettledOutcome FULL = new SettledOutcome(new SendOutcome.NotExecuted(Reason.MAILBOX_FULL));
    static final SettledOutcome ENDED = new SettledOutcome(new SendOutcome.NotExecuted(Reason.ENDED));
    static final SettledOutcome CLOSED = new SettledOutcome(new SendOutcome.NotExecuted(Reason.CLOSED));

    private SettledOutcome(SendOutcome outcome) {
        complete(outcome);
    }

    SendOutcome outcome() {
        return join();
    }

    @Override
    public void obtrudeValue(SendOutcome value) {
        throw fixed();
    }

    @Override
    public void obtrudeException(Throwable ex) {
        throw fixed();
    }

    private static UnsupportedOperationException fixed() {
        return new UnsupportedOperationException(
                "the outcome of a local tell is shared by all of them: copy() it first");
    }
}
