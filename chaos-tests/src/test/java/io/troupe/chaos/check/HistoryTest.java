package io.troupe.chaos.check;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HistoryTest {
    private static final Event.Invocation READ = new Event.Invocation(5, "c", "o", Event.Kind.READ, "k", null, null);

    @Test
    void refusesWhatContradictsItself() {
        refuses("c invokes p while its o is open", READ, invocation(6, "c", "p"));
        refuses("the operation o is invoked twice", READ, invocation(6, "d", "o"));
        refuses("the time of c goes back from 5 to 4", READ, response(4, "c", "o", Event.Outcome.OK, null));
        refuses(
                "d gets a response to o, but its open operation is none",
                READ,
                response(6, "d", "o", Event.Outcome.OK, null));
        refuses(
                "c gets a response to p, but its open operation is o",
                READ,
                response(6, "c", "p", Event.Outcome.OK, null));
        refuses(
                "the operation o is refused: only a cas can be",
                READ,
                response(6, "c", "o", Event.Outcome.REFUSED, null));
        refuses(
                "the response to o has a value: only a read returns one",
                new Event.Invocation(5, "c", "o", Event.Kind.WRITE, "k", null, "1"),
                response(6, "c", "o", Event.Outcome.OK, "1"));
        refuses("the message m is told twice", tell("t", 1, "m"), tell("t", 2, "m"));
        refuses("s uses the sequence 1 to t twice", tell("t", 1, "m"), tell("t", 1, "n"));
        Event.View view = new Event.View(1, "n1", "default", 3, "n1", 7);
        refuses("n1 shows shard default/3 twice in round 1", view, view);
        Event.Resources sample = new Event.Resources("n1", Event.Phase.AFTER, 1, 1, 1);
        refuses("the resources of n1 are counted twice for one phase", sample, sample);
    }

    @Test
    void recordsRefuseWhatDoesNotBelongToThem() {
        assertThatThrownBy(() -> new Event.Invocation(5, "c", "o", Event.Kind.READ, "k", null, "1"))
                .hasMessage("the invocation of read o has the value '1': a read has its value in the response");
        assertThatThrownBy(() -> new Event.Invocation(5, "c", "o", Event.Kind.WRITE, "k", "0", "1"))
                .hasMessage("operation o expects '0': only a cas may expect a value");
        assertThatThrownBy(() -> response(5, "c", "o", Event.Outcome.UNKNOWN, "1"))
                .hasMessage("the response of o has the value '1': only the outcome ok may return one");
        assertThatThrownBy(() -> new Event.Ownership("n1", "default", 3, 7, 20, 10L))
                .hasMessage("the ownership of shard default/3 by n1 ends at 10, before it starts at 20");
    }

    @Test
    void processMayGoOnAfterAnUnknownOutcome() {
        assertThat(History.of(List.of(
                                READ, response(6, "c", "o", Event.Outcome.UNKNOWN, null), invocation(7, "c", "p")))
                        .all(Event.Invocation.class))
                .hasSize(2);
    }

    private static void refuses(String message, Event first, Event second) {
        assertThatThrownBy(() -> History.of(List.of(first, second)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    private static Event.Invocation invocation(long nanos, String process, String op) {
        return new Event.Invocation(nanos, process, op, Event.Kind.READ, "k", null, null);
    }

    private static Event.Response response(
            long nanos, String process, String op, Event.Outcome outcome, @Nullable String value) {
        return new Event.Response(nanos, process, op, outcome, value);
    }

    private static Event.Tell tell(String target, long sequence, String op) {
        return new Event.Tell(9, "s", target, sequence, op, Event.Settlement.COMMITTED, null);
    }
}
