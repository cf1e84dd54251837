package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What makes a run worth nothing, however green the other checkers are. */
class LoadUnderFaultsTest {
    private static final long MS = 1_000_000;

    private final List<Event> events = new ArrayList<>();

    @Test
    void aRunWithWorkInFlightIsWorthItsVerdicts() {
        load(0, 100);
        fault(200, 300);
        assertThat(verdict().line())
                .isEqualTo("load-under-faults        PASS          100 operations: 1 faults, 100 operations a second,"
                        + " 0 unknown");
    }

    @Test
    void aFaultThatMetNothingMakesTheRunInvalid() {
        load(0, 100);
        fault(2_000, 2_100);
        assertInvalid("no operation was in flight while the fault leader-kill of n1 lasted, from 2000000000 to"
                + " 2100000000");
    }

    @Test
    void aRunWithoutAFaultIsInvalid() {
        load(0, 100);
        assertInvalid("no fault was injected");
    }

    @Test
    void tooFewOperationsMakeTheRunInvalid() {
        fault(1, 5);
        load(0, 10);
        tell("late", 0, 2_000 * MS, Event.Settlement.COMMITTED);
        assertInvalid("11 operations in 2.0 s are too few: at least 20 in a second");
    }

    @Test
    void tooManyUnknownOutcomesMakeTheRunInvalid() {
        fault(1, 500);
        load(0, 100);
        tell("u1", 10, 900 * MS, Event.Settlement.UNKNOWN);
        assertThat(verdict().passes()).as("1 of 101").isTrue();
        tell("u2", 10, 900 * MS, Event.Settlement.UNKNOWN);
        assertInvalid("the outcome of 2 of 102 operations is unknown: at most 1 % may be");
        tell("failed", 10, 900 * MS, Event.Settlement.FAILED);
        assertInvalid("the outcome of 2 of 102 operations is unknown: at most 1 % may be");
    }

    @Test
    void anOperationWithoutResponseCountsAsUnknownAndIsInFlightForEver() {
        load(0, 20);
        fault(2_000, 2_100);
        events.add(new Event.Invocation(10, "c1", "c1-1", Event.Kind.WRITE, "k", null, "v"));
        assertInvalid("the outcome of 1 of 21 operations is unknown: at most 1 % may be");
    }

    @Test
    void faultsMustBeginAndEndInTurn() {
        events.add(new Event.Fault(1, "delay", "n1", Event.Step.BEGIN));
        events.add(new Event.Fault(2, "delay", "n1", Event.Step.BEGIN));
        assertThatThrownBy(() -> History.of(events))
                .hasMessage("the fault delay begins while another one lasts: end that first");
        events.set(1, new Event.Fault(2, "delay", "n2", Event.Step.END));
        assertThatThrownBy(() -> History.of(events)).hasMessageContaining("the fault delay of n2 ends, but what lasts");
    }

    private void load(long fromMs, int count) {
        for (int i = 0; i < count; i++) {
            tell("m" + i, (fromMs + 10L * i) * MS, (fromMs + 10L * i + 10) * MS, Event.Settlement.COMMITTED);
        }
    }

    private void tell(String op, long sent, long ended, Event.Settlement outcome) {
        events.add(new Event.Tell(ended, "s", "e", events.size(), op, outcome, sent));
    }

    private void fault(long fromMs, long toMs) {
        events.add(new Event.Fault(fromMs * MS, "leader-kill", "n1", Event.Step.BEGIN));
        events.add(new Event.Fault(toMs * MS, "leader-kill", "n1", Event.Step.END));
    }

    private Verdict verdict() {
        return new LoadUnderFaults().check(History.of(events));
    }

    private void assertInvalid(String message) {
        assertThat(verdict().result()).isEqualTo(Verdict.Result.INVALID);
        assertThat(verdict().message()).isEqualTo(message);
    }
}
