package io.troupe.actors;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.cluster.SendOutcome;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An actor for tests that writes down what happens to it. */
class Scribe implements Handler<Scribe.Note> {
    sealed interface Note permits Add, Get, Fail, Leave, Hold, Aside, Release, Silent {}

    record Add(int number) implements Note {}

    record Get() implements Note, Query<List<String>> {}

    record Fail(Supervision then) implements Note {}

    record Leave() implements Note {}

    record Hold(CountDownLatch latch, CountDownLatch inside) implements Note {}

    record Aside() implements Note, Query<String> {}

    record Release() implements Note {}

    record Silent() implements Note, Query<String> {}

    final List<String> seen = new CopyOnWriteArrayList<>();
    private boolean released;

    @Override
    public void preStart(ActorContext<Note> context) throws Exception {
        seen.add("start");
    }

    @Override
    public void postStop(ActorContext<Note> context) {
        seen.add("stop");
    }

    @Override
    public void receive(Note note, ActorContext<Note> context) throws Exception {
        if (note instanceof Add add) {
            seen.add("" + add.number());
        } else if (note instanceof Get get) {
            context.reply(get, List.copyOf(seen));
        } else if (note instanceof Fail fail) {
            throw new IllegalStateException(fail.then().toString());
        } else if (note instanceof Leave) {
            context.passivate();
        } else if (note instanceof Hold hold) {
            hold.inside().countDown();
            hold.latch().await();
        } else if (note instanceof Aside aside) {
            if (released) {
                context.reply(aside, "at last");
            } else {
                context.stash();
            }
        } else if (note instanceof Release) {
            released = true;
            context.unstashAll();
        }
    }

    @Override
    public Supervision onError(Note note, Throwable failure, ActorContext<Note> context) {
        return note instanceof Fail fail ? fail.then() : Supervision.RESUME;
    }

    /** How an ask that failed has ended. */
    static SendOutcome outcomeOf(CompletableFuture<?> ask) {
        AtomicReference<SendOutcome> outcome = new AtomicReference<>();
        assertThatThrownBy(ask::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(AskException.class, e -> outcome.set(e.outcome()));
        return Objects.requireNonNull(outcome.get());
    }
}
