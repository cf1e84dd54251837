package io.troupe.cluster.internal.runtime;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DiagnosisTest {
    @Test
    void namesTheNodesAtWhichNothingArrives() {
        assertThat(Diagnosis.openCircuits(List.of("n1", "n2", "n3"), nodeId -> !nodeId.equals("n1")))
                .containsExactly(
                        "no message is sent to n2: what was sent did not arrive, again and again; see to that node, and"
                                + " to what is between",
                        "no message is sent to n3: what was sent did not arrive, again and again; see to that node, and"
                                + " to what is between");
        assertThat(Diagnosis.openCircuits(List.of("n1"), nodeId -> false)).isEmpty();
    }
}
