package io.troupe.actors;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.SendOutcome;

/** Where the answer of one ask within the process goes. */
final class LocalReplyPid<R> extends ReplyPid<R> {
    private final Question<R> question;
    private final LocalCell<?> asked;

    LocalReplyPid(Question<R> question, LocalCell<?> asked) {
        super(asked.id.toString());
        this.question = question;
        this.asked = asked;
    }

    @Override
    public ActorSystem system() {
        return asked.above().system();
    }

    @Override
    public CompletableFuture<SendOutcome> tell(R answer) {
        Objects.requireNonNull(answer, () -> "the answer of " + asked.id + " is null: send an object");
        if (question.complete(answer)) {
            return SettledOutcome.ACCEPTED;
        }
        asked.kind.runtime.deadLetters.add(entity(), null, TOO_LATE);
        return SettledOutcome.ENDED;
    }
}
