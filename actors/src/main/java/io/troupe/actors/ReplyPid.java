package io.troupe.actors;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;

/** Where the answer of one ask goes: the first message is the answer, and the last one that anybody hears of. */
final class ReplyPid<R> extends Pid<R> {
    private static final Kind<Object> ANSWERS = Kind.of("answer", Object.class, () -> (answer, context) -> {
        throw new IllegalStateException("an answer has no handler");
    });

    private final Question<R> question;
    private final LocalCell<?> asked;

    ReplyPid(Question<R> question, LocalCell<?> asked) {
        this.question = question;
        this.asked = asked;
    }

    @Override
    public EntityId entity() {
        return new EntityId(ANSWERS.name(), asked.id.toString());
    }

    @Override
    public ActorSystem system() {
        return asked.above().system();
    }

    /** Answers are checked by the compiler alone. */
    @Override
    @SuppressWarnings("unchecked")
    Kind<R> kind() {
        return (Kind<R>) ANSWERS;
    }

    @Override
    public CompletableFuture<SendOutcome> tell(R answer) {
        Objects.requireNonNull(answer, () -> "the answer of " + asked.id + " is null: send an object");
        if (question.complete(answer)) {
            return SettledOutcome.ACCEPTED;
        }
        asked.kind.runtime.deadLetters.add(entity(), null, "the ask has its answer, or its asker waits no longer");
        return SettledOutcome.ENDED;
    }

    @Override
    public CompletableFuture<SendOutcome> tell(R answer, DeliveryGuarantee guarantee) {
        LocalPid.check(this, guarantee);
        return tell(answer);
    }

    @Override
    public <A> CompletableFuture<A> ask(Query<A> query, Duration timeout) {
        throw onlyAnswers();
    }

    @Override
    public <A> CompletableFuture<A> ask(Function<Pid<A>, ? extends R> message, Duration timeout) {
        throw onlyAnswers();
    }

    private IllegalArgumentException onlyAnswers() {
        return new IllegalArgumentException("who waits for " + this
                + " takes an answer and answers nothing: tell it, or send the address of an actor");
    }

    @Override
    public CompletableFuture<SendOutcome> resolve(SendOutcome.Unknown unknown) {
        return CompletableFuture.completedFuture(unknown);
    }
}
