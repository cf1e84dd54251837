package io.troupe.cluster.internal.runtime;

import java.util.Set;

import io.troupe.cluster.Hosting;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.SessionId;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MovesTest {
    private static LiveNode node(boolean hosts, Set<String> roles, Set<String> sets) {
        SessionId session = new SessionId("n1", 7);
        NodeRecord record = new NodeRecord(new Hosting(hosts, null, 1.0, roles), Set.of(), sets);
        KeyValue entry = new KeyValue("cluster/node/n1", record.encode(), 8, 8, 1, session);
        return new LiveNode(entry, session, record, false);
    }

    @Test
    void aMoveIsRefusedWithWhatTheNodeLacks() {
        ShardSet jobs = ShardSet.of("jobs", 4).onRole("gpu");
        assertThat(Moves.refusal(node(false, Set.of(), Set.of()), jobs)).isEqualTo("it owns no shards");
        assertThat(Moves.refusal(node(true, Set.of("web"), Set.of("jobs")), jobs))
                .isEqualTo("set jobs wants the roles [gpu], and it has [web]");
        assertThat(Moves.refusal(node(true, Set.of("gpu"), Set.of()), jobs))
                .isEqualTo("it was started without a kind of set jobs");
        assertThat(Moves.refusal(node(true, Set.of("gpu"), Set.of("jobs")), jobs))
                .isNull();
        assertThat(Moves.refusal(node(true, Set.of(), Set.of()), ShardSet.DEFAULT))
                .isNull();
    }
}
