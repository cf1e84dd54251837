package io.troupe.demo.verdict;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class VerdictTest {
    private static final Totals GOOD = new Totals(3, 10, 10, 5, 99);
    private static final Map<String, Totals> EXPECTED = Map.of("a", GOOD, "b", GOOD, "c", GOOD, "d", GOOD);

    @Test
    void equalEntitiesAreOk() {
        Verdict verdict = Verdict.compare(EXPECTED, EXPECTED);
        assertThat(verdict.line("customers"))
                .isEqualTo("4/4 customers match (events, units, amount, order): LOST 0, DOUBLED 0");
        assertThat(verdict.isOk(false)).isTrue();
        assertThat(verdict.isOk(true)).isTrue();
    }

    @Test
    void missingSurplusSwappedAndSilentAreCountedApart() {
        Verdict verdict = Verdict.compare(
                EXPECTED,
                Map.of(
                        "a",
                        new Totals(1, 1, 1, 1, 1),
                        "b",
                        new Totals(7, 1, 1, 1, 1),
                        "c",
                        new Totals(3, 10, 10, 5, 98)));
        assertThat(verdict.line("customers"))
                .isEqualTo("0/4 customers match (events, units, amount, order): LOST 2, DOUBLED 4, REORDERED 1,"
                        + " UNREADABLE 1");
        assertThat(verdict.isOk(false)).isFalse();
        assertThat(verdict.matches().mismatches())
                .contains("d must hold " + GOOD + " but gave no answer")
                .hasSize(4);
    }

    @Test
    void oneWrongSumOrLastLineAloneIsNotOk() {
        for (Totals wrong :
                new Totals[] {new Totals(3, 11, 10, 5, 99), new Totals(3, 10, 11, 5, 99), new Totals(3, 10, 10, 6, 99)
                }) {
            assertThat(with("a", wrong).isOk(false)).isFalse();
        }
    }

    @Test
    void atLeastOnceForgivesDoublesButNothingElse() {
        assertThat(with("a", new Totals(4, 11, 11, 5, 1)).isOk(true)).isTrue();
        assertThat(with("a", new Totals(2, 11, 11, 5, 1)).isOk(true)).isFalse();
        assertThat(with("a", new Totals(3, 10, 10, 5, 1)).isOk(true)).isFalse();
    }

    @Test
    void onlyTheFirstFewMismatchesAreDescribed() {
        Map<String, Totals> many = IntStream.range(0, 1_234).boxed().collect(Collectors.toMap(i -> "e" + i, i -> GOOD));
        Verdict verdict = Verdict.compare(many, Map.of());
        assertThat(verdict.matches().mismatches()).hasSize(Matches.MAX_DESCRIBED);
        assertThat(verdict.line("customers"))
                .startsWith("0/1,234 customers match")
                .endsWith("UNREADABLE 1,234");
    }

    private static Verdict with(String entity, Totals totals) {
        Map<String, Totals> actual = new HashMap<>(EXPECTED);
        actual.put(entity, totals);
        return Verdict.compare(EXPECTED, actual);
    }
}
