package io.troupe.demo.verdict;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MatchesTest {
    @Test
    void oneEntityThatHoldsSomethingElseIsNamed() {
        Matches matches = Matches.compare(Map.of("a", 1L, "b", 2L), Map.of("a", 1L, "b", 3L));
        assertThat(matches.isAll()).isFalse();
        assertThat(matches.matching()).isEqualTo(1);
        assertThat(matches.mismatches()).containsExactly("b must hold 2 but holds 3");
    }

    @Test
    void anEntityThatDoesNotAnswerDoesNotMatch() {
        Matches matches = Matches.compare(Map.of("a", 1L), Map.of());
        assertThat(matches.isAll()).isFalse();
        assertThat(matches.unreadable()).isEqualTo(1);
        assertThat(matches.mismatches()).containsExactly("a must hold 1 but gave no answer");
    }

    @Test
    void equalIsEqual() {
        assertThat(Matches.compare(Map.of("a", "x"), Map.of("a", "x", "b", "of no interest"))
                        .isAll())
                .isTrue();
    }
}
