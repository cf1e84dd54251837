package io.troupe.actors;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import org.junit.jupiter.api.AfterEach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A system without a cluster whose actors do what a test tells them, and write down their begin and end. */
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
abstract class FamilyFixture {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final NotExecuted ENDED = new NotExecuted(Reason.ENDED);

    /** A step that an actor takes when it gets it: a test writes down what it needs. */
    @FunctionalInterface
    interface Do {
        void in(Actor actor, ActorContext<Do> context) throws Exception;
    }

    record Ask(Do step) implements Do, Query<String> {
        @Override
        public void in(Actor actor, ActorContext<Do> context) throws Exception {
            step.in(actor, context);
            context.reply(this, "done");
        }
    }

    final List<String> seen = new CopyOnWriteArrayList<>();
    final LocalActorSystem system;
    private final String threads;
    volatile Supervision onError = Supervision.ESCALATE;
    volatile Optional<Supervision> onChildFailure = Optional.empty();

    /** Does what it is told, and writes down its begin and end. */
    final class Actor implements Handler<Do> {
        final String name;

        Actor(String name) {
            this.name = name;
        }

        @Override
        public void preStart(ActorContext<Do> context) {
            seen.add(name + " starts");
        }

        @Override
        public void receive(Do message, ActorContext<Do> context) throws Exception {
            message.in(this, context);
        }

        @Override
        public void postStop(ActorContext<Do> context) {
            seen.add(name + " stops");
        }

        @Override
        public Supervision onError(Do message, Throwable failure, ActorContext<Do> context) {
            return onError;
        }

        @Override
        public Supervision onChildFailure(Pid<?> child, Throwable failure, ActorContext<Do> context) {
            seen.add(name + " hears that " + child + " has failed: " + failure.getMessage());
            return onChildFailure.orElseGet(() -> Handler.super.onChildFailure(child, failure, context));
        }
    }

    /** The name is the class's own: two classes run at a time, and each looks for its threads. */
    FamilyFixture(String name) {
        system = ActorSystem.create(name);
        threads = "troupe-" + name + "-";
    }

    final Do note(String text) {
        return (actor, context) -> seen.add(actor.name + " notes " + text);
    }

    static Do fail() {
        return (actor, context) -> {
            throw new IllegalStateException("told to");
        };
    }

    final Pid<Do> root() {
        return system.spawn(new Actor("root"), "root");
    }

    static <T> T with(Pid<Do> actor, InContext<T> step) {
        CompletableFuture<T> result = new CompletableFuture<>();
        actor.tell((own, context) -> {
            try {
                result.complete(step.in(own, context));
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        return result.join();
    }

    @FunctionalInterface
    interface InContext<T> {
        T in(Actor actor, ActorContext<Do> context);
    }

    final Pid<Do> child(Pid<Do> parent, String name) {
        return with(parent, (actor, context) -> context.spawnLocal(name, new Actor(name)));
    }

    static Ask nothing() {
        return new Ask((actor, context) -> {});
    }

    @AfterEach
    void nothingStaysBehind() {
        system.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith(threads))
                .isEmpty());
    }

    static final String HEARS = "root hears that local/root/a has failed: told to";

    static void refused(Pid<Do> actor, Class<? extends Throwable> type, String message, Do step) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        actor.ask(
                        new Ask((own, context) -> {
                            try {
                                step.in(own, context);
                            } catch (RuntimeException e) {
                                thrown.set(e);
                            }
                        }),
                        LIMIT)
                .join();
        assertThat(Objects.requireNonNull(thrown.get())).isInstanceOf(type).hasMessage(message);
    }
}
