package io.troupe.actors;

import java.time.Duration;
import java.util.ServiceConfigurationError;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An Error of a handler ends its message, and neither the entity nor those that share a thread or a transaction with
 * it.
 */
@Timeout(120)
class HandlerErrorTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** A counter that cannot begin, cannot go on, or cannot even be made. */
    private static final class Clumsy implements StatefulHandler<Counter.State, Counter.Message> {
        private final Counter counter = new Counter();

        @Override
        public Counter.State initialState(EntityId id) {
            if (id.id().equals("stillborn") || (id.id().equals("late") && TRIED.incrementAndGet() == 1)) {
                throw new ServiceConfigurationError("no beginning");
            }
            return counter.initialState(id);
        }

        @Override
        public Effect<Counter.State> receive(
                Counter.State state, Counter.Message message, ActorContext<Counter.Message> context) {
            if (message instanceof Counter.Break told) {
                return recurse(told, 0);
            }
            Effect<Counter.State> effect = counter.receive(state, message, context);
            return message instanceof Counter.Add add && add.amount() == 7
                    ? effect.thenRun(() -> {
                        throw new ServiceConfigurationError("after the commit");
                    })
                    : effect;
        }

        @SuppressWarnings("InfiniteRecursion")
        private static Effect<Counter.State> recurse(Counter.Break told, int depth) {
            return depth < 0 ? Effect.none() : recurse(told, depth + 1);
        }
    }

    private static final AtomicInteger TRIED = new AtomicInteger();

    /** Has no state to begin with. */
    private static final class Stateless implements StatefulHandler<Counter.State, Counter.Message> {
        @Override
        @SuppressWarnings("NullAway") // the mistake under test
        public Counter.State initialState(EntityId id) {
            return null;
        }

        @Override
        public Effect<Counter.State> receive(
                Counter.State state, Counter.Message message, ActorContext<Counter.Message> context) {
            return Effect.none();
        }
    }

    private static final Kind<Counter.Message> STATELESS =
            Kind.durable("stateless", Counter.Message.class, Counter.State.class, Stateless::new);
    private static final Kind<Counter.Message> CLUMSY =
            Kind.durable("clumsy", Counter.Message.class, Counter.State.class, Clumsy::new);
    private static final Kind<Counter.Message> TOGETHER = Kind.durable(
                    "together", Counter.Message.class, Counter.State.class, Clumsy::new)
            .shardBy(id -> id.substring(0, 1));
    private static final Kind<Counter.Message> UNMADE =
            Kind.durable("unmade", Counter.Message.class, Counter.State.class, () -> {
                throw new ServiceConfigurationError("not made");
            });

    @RegisterExtension
    static final SharedNodes NODES = new SharedNodes('e', 1, CLUMSY, TOGETHER, UNMADE, STATELESS);

    private static SendOutcome tell(Kind<Counter.Message> kind, String id, Counter.Message message) {
        return NODES.node().entity(kind, id).tell(message).join();
    }

    private static void failed(SendOutcome outcome, String why) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        SendOutcome.Failed.class, end -> assertThat(end.why()).contains(why));
    }

    @Test
    void anErrorFailsItsMessageAndTheNextOneIsHandled() {
        assertThat(tell(CLUMSY, "a", new Counter.Add(1))).isInstanceOf(SendOutcome.Committed.class);
        failed(tell(CLUMSY, "a", new Counter.Break("deep")), "failed 3 times: java.lang.StackOverflowError");
        assertThat(tell(CLUMSY, "a", new Counter.Add(2))).isInstanceOf(SendOutcome.Committed.class);
        assertThat(Counter.read(NODES.node(), CLUMSY, "a").sum()).isEqualTo(3);
    }

    @Test
    void anErrorAfterTheCommitChangesNothing() {
        assertThat(tell(CLUMSY, "b", new Counter.Add(7))).isInstanceOf(SendOutcome.Committed.class);
        assertThat(tell(CLUMSY, "b", new Counter.Add(1))).isInstanceOf(SendOutcome.Committed.class);
        assertThat(Counter.read(NODES.node(), CLUMSY, "b").sum()).isEqualTo(8);
    }

    @Test
    void anEntityThatCannotBeginOrBeMadeSaysSo() {
        failed(
                tell(CLUMSY, "stillborn", new Counter.Add(1)),
                "cannot be activated: java.util.ServiceConfigurationError: no beginning");
        failed(
                tell(UNMADE, "u", new Counter.Add(1)),
                "cannot be activated: java.util.ServiceConfigurationError: not made");
        assertThat(tell(CLUMSY, "c", new Counter.Add(1))).isInstanceOf(SendOutcome.Committed.class);
    }

    @Test
    void anEntityWithoutAnInitialStateSaysWhatToReturn() {
        failed(
                tell(STATELESS, "s", new Counter.Add(1)),
                "cannot be activated: java.lang.NullPointerException: initialState of durable kind stateless is null:"
                        + " return an empty state");
    }

    @Test
    void anEntityThatCouldNotBeginTriesAgainLater() {
        failed(tell(CLUMSY, "late", new Counter.Add(1)), "no beginning");
        await().atMost(LIMIT).until(() -> tell(CLUMSY, "late", new Counter.Add(2)) instanceof SendOutcome.Committed);
        assertThat(Counter.read(NODES.node(), CLUMSY, "late").sum()).isEqualTo(2);
        assertThat(TRIED).hasValue(2);
    }

    @Test
    void anErrorWithinATransactionRefusesAllOfIt() {
        Pid<Counter.Message> one = NODES.node().entity(TOGETHER, "t/1");
        Pid<Counter.Message> other = NODES.node().entity(TOGETHER, "t/2");
        TransactionOutcome ended = NODES.node()
                .transaction()
                .with(one, new Counter.Add(1))
                .with(other, new Counter.Break("deep"))
                .commit()
                .join();
        assertThat(ended).isInstanceOfSatisfying(TransactionOutcome.Failed.class, end -> {
            assertThat(end.by()).isEqualTo(other.entity());
            assertThat(end.why()).contains("StackOverflowError");
        });
        assertThat(one.ask(new Counter.Get(), LIMIT).join()).isEqualTo(new Counter.State(0, 0, 0));
        assertThat(other.ask(new Counter.Get(), LIMIT).join()).isEqualTo(new Counter.State(0, 0, 0));
    }
}
