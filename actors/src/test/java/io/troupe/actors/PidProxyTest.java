package io.troupe.actors;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Actors behind interfaces: which method sends what, and which interface cannot stand for an actor. */
@Timeout(60)
class PidProxyTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    sealed interface Message {}

    private sealed interface Question extends Message, Query<Integer> {}

    record Add(int number) implements Message {
        Add {
            if (number < 0) {
                throw new IllegalArgumentException("only what is there can be added, not " + number);
            }
        }
    }

    private record Sum() implements Question {}

    private record SumOf(int first, Integer second) implements Question {}

    private record Names() implements Message, Query<List<String>> {}

    private static final class Adder implements Handler<Message> {
        static final Kind<Message> KIND = Kind.of("adder", Message.class, Adder::new);
        private int sum;

        @Override
        public void receive(Message message, ActorContext<Message> context) {
            if (message instanceof Add add) {
                sum += add.number();
            } else if (message instanceof SumOf two) {
                context.reply(two, two.first() + two.second());
            } else if (message instanceof Names names) {
                context.reply(names, List.of(context.self().actorId()));
            } else {
                context.reply((Sum) message, sum);
            }
        }
    }

    interface Adding {
        CompletableFuture<SendOutcome> add(int number);

        CompletableFuture<Integer> sum();

        CompletableFuture<Integer> sumOf(int first, Integer second);

        CompletableFuture<List<String>> names();

        default int addAndSum(int number) {
            assertThat(add(number).join()).isEqualTo(new SendOutcome.Accepted());
            return sum().join();
        }
    }

    private final ActorSystem system = ActorSystem.create("proxies");
    private final Pid<Message> pid = system.spawn(Adder.KIND, "a");

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    void methodsTellAndAsk() {
        Adding adder = pid.as(Adding.class, LIMIT);
        assertThat(adder.add(3).join()).isEqualTo(new SendOutcome.Accepted());
        assertThat(adder.addAndSum(4)).isEqualTo(7);
        assertThat(adder.sumOf(1, 2).join()).isEqualTo(3);
        assertThat(adder.names().join()).containsExactly("a");
    }

    @Test
    void aRecordThatRefusesItsComponentsRefusesTheCall() {
        Adding adder = pid.as(Adding.class, LIMIT);
        assertThatThrownBy(() -> adder.add(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("only what is there can be added, not -1");
    }

    @Test
    void proxiesOfOneActorAreEqual() {
        Adding adder = pid.as(Adding.class, LIMIT);
        assertThat(adder)
                .isEqualTo(pid.as(Adding.class, LIMIT))
                .hasSameHashCodeAs(pid.as(Adding.class, LIMIT))
                .hasToString("Adding adder/a");
        assertThat(adder)
                .isNotEqualTo(system.spawn(Adder.KIND, "b").as(Adding.class, LIMIT))
                .isNotEqualTo("a")
                .isNotEqualTo(null);
    }

    interface Wrong {
        CompletableFuture<SendOutcome> subtract(int number);

        CompletableFuture<SendOutcome> add(long number);

        void sum();

        CompletableFuture<Long> sumOf(int first, Integer second);
    }

    @Test
    void everyMethodThatStandsForNoMessageIsNamed() {
        assertThatThrownBy(() -> pid.as(Wrong.class, LIMIT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(Wrong.class.getName() + " cannot stand for adder/a of kind adder: ")
                .hasMessageContaining("add(long) names none of the messages ")
                .hasMessageContaining("subtract(int) names none of the messages ")
                .hasMessageContaining("SumOf[int, Integer]")
                .hasMessageContaining("sum() returns void: it can return CompletableFuture<SendOutcome> or"
                        + " CompletableFuture<java.lang.Integer>")
                .hasMessageContaining("sumOf(int, Integer) returns ")
                .hasMessageContaining(": name it as a record, with the record's components as its parameters");
    }

    @Test
    void whatIsNoInterfaceOrWaitsForNothingIsRefused() {
        assertThatThrownBy(() -> pid.as(String.class, LIMIT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("java.lang.String cannot stand for adder/a: it must be an interface that is not sealed");
        assertThatThrownBy(() -> pid.as(Adding.class, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the timeout of asks of adder/a (PT0S) must be positive: each waits for its answer as long");
        Pid<String> open = system.spawn((message, context) -> {}, "open");
        assertThatThrownBy(() -> open.as(Adding.class, LIMIT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("add(int) names none of the messages []");
    }
}
