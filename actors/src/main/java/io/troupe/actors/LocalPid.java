package io.troupe.actors;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;

/** The address of one actor of this process, from its spawn to its end. */
final class LocalPid<M> extends Pid<M> {
    private final LocalCell<M> cell;

    LocalPid(LocalCell<M> cell) {
        this.cell = cell;
    }

    LocalCell<M> cell() {
        return cell;
    }

    @Override
    public EntityId entity() {
        return cell.id;
    }

    @Override
    public ActorSystem system() {
        return cell.above().system();
    }

    /** A local actor's kind is that of its messages, or one of all. */
    @Override
    @SuppressWarnings("unchecked")
    Kind<M> kind() {
        return (Kind<M>) cell.kind.kind;
    }

    @Override
    public CompletableFuture<SendOutcome> tell(M message) {
        return cell.tell(message);
    }

    @Override
    public CompletableFuture<SendOutcome> tell(M message, DeliveryGuarantee guarantee) {
        check(this, guarantee);
        return cell.tell(message);
    }

    static void check(Pid<?> local, DeliveryGuarantee guarantee) {
        if (guarantee != DeliveryGuarantee.AT_MOST_ONCE) {
            throw new IllegalArgumentException("a message to " + local
                    + ", an actor of this process alone, is AT_MOST_ONCE, not " + guarantee
                    + ": leave the guarantee out, ask, or use an entity of a cluster");
        }
    }

    @Override
    public <R> CompletableFuture<R> ask(Query<R> query, Duration timeout) {
        return cell.ask(new Question<>(cell, query), timeout);
    }

    @Override
    public <R> CompletableFuture<R> ask(Function<Pid<R>, ? extends M> message, Duration timeout) {
        return cell.ask(new Question<>(cell, message), timeout);
    }

    @Override
    public CompletableFuture<SendOutcome> resolve(SendOutcome.Unknown unknown) {
        return CompletableFuture.completedFuture(unknown);
    }
}
