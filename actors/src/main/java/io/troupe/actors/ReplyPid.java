package io.troupe.actors;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;

/** Where the answer of one ask goes: the first message is the answer, and the last one that anybody hears of. */
abstract sealed class ReplyPid<R> extends Pid<R> permits LocalReplyPid, RemoteReplyPid {
    /** Why an answer is a dead letter. */
    static final String TOO_LATE = "the ask has its answer, or its asker waits no longer";

    private static final Kind<Object> ANSWERS = Kind.of("answer", Object.class, () -> (answer, context) -> {
        throw new IllegalStateException("an answer has no handler");
    });

    private final EntityId entity;

    ReplyPid(String name) {
        entity = named(name);
    }

    static EntityId named(String name) {
        return new EntityId(ANSWERS.name(), name);
    }

    @Override
    public final EntityId entity() {
        return entity;
    }

    /** Answers are checked by the compiler alone. */
    @Override
    @SuppressWarnings("unchecked")
    final Kind<R> kind() {
        return (Kind<R>) ANSWERS;
    }

    @Override
    public final CompletableFuture<SendOutcome> tell(R answer, DeliveryGuarantee guarantee) {
        if (guarantee != DeliveryGuarantee.AT_MOST_ONCE) {
            throw new IllegalArgumentException("an answer to " + this + " is AT_MOST_ONCE, not " + guarantee
                    + ": leave the guarantee out, or answer a Query, whose answer comes with the end of the message");
        }
        return tell(answer);
    }

    @Override
    public final <A> CompletableFuture<A> ask(Query<A> query, Duration timeout) {
        throw onlyAnswers();
    }

    @Override
    public final <A> CompletableFuture<A> ask(Function<Pid<A>, ? extends R> message, Duration timeout) {
        throw onlyAnswers();
    }

    private IllegalArgumentException onlyAnswers() {
        return new IllegalArgumentException("who waits for " + this
                + " takes an answer and answers nothing: tell it, or send the address of an actor");
    }

    @Override
    public final CompletableFuture<SendOutcome> resolve(SendOutcome.Unknown unknown) {
        return CompletableFuture.completedFuture(unknown);
    }
}
