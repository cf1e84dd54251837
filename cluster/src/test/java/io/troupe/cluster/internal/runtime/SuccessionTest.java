package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.Set;

import io.troupe.cluster.Hosting;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.SessionId;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SuccessionTest {
    private static final List<String> VOTERS = List.of("n1", "n2", "n3", "n4", "n5");

    private static LiveNode node(String nodeId, boolean draining) {
        SessionId session = new SessionId(nodeId, 7);
        NodeRecord record = new NodeRecord(new Hosting(true, null, 1.0, Set.of()), Set.of(), Set.of());
        KeyValue entry = new KeyValue("cluster/node/" + nodeId, record.encode(), 8, 8, 1, session);
        return new LiveNode(entry, session, record, draining);
    }

    @Test
    void anHeirIsAnotherVoterThatLives() {
        List<LiveNode> live = List.of(node("client", false), node("n2", false), node("n4", false));
        assertThat(Succession.heirs("n2", VOTERS, live, other -> false)).containsExactly("n4");
        assertThat(Succession.heirs("n2", VOTERS, List.of(node("n2", false)), other -> false))
                .isEmpty();
    }

    @Test
    void whoIsLinkedComesBeforeWhoIsNotAndWhoStaysBeforeWhoDrains() {
        List<LiveNode> live = List.of(node("n2", false), node("n3", true), node("n4", true), node("n5", false));
        assertThat(Succession.heirs("n1", VOTERS, live, Set.of("n2", "n3")::contains))
                .containsExactly("n5", "n4", "n2", "n3");
    }
}
