package io.troupe.cluster.internal.runtime;

import java.util.List;

import io.troupe.transport.LinkState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DiagnosisTest {
    @Test
    void namesTheNodesAtWhichNothingArrives() {
        assertThat(Diagnosis.openCircuits(
                        List.of("n1", "n2", "n3"),
                        nodeId -> new LinkState(nodeId.equals("n3"), false, !nodeId.equals("n1"), 0, 0, 0, 0)))
                .containsExactly(
                        "no message is sent to n2: what was sent did not arrive, again and again; see to that node, and"
                                + " to what is between",
                        "no message is sent to n3: what was sent did not arrive, again and again; see to that node, and"
                                + " to what is between");
        assertThat(Diagnosis.openCircuits(List.of("n1"), nodeId -> new LinkState(true, false, false, 0, 0, 0, 0)))
                .isEmpty();
    }
}
