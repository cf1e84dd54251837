package io.troupe.cluster;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

import io.troupe.cluster.internal.keys.SetRecord;
import io.troupe.transport.Lane;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ShardSetTest {
    private static Hosting hosting(String... roles) {
        return new Hosting(true, InetSocketAddress.createUnresolved("h", 1), 1.0, Set.of(roles));
    }

    @Test
    void aSetAdmitsNodesWithItsRolesThatItIsPinnedTo() {
        ShardSet set = ShardSet.of("jobs", 8).onRole("batch").onRole("fast");
        assertThat(set.admits("a", hosting("batch", "fast", "web"))).isTrue();
        assertThat(set.admits("a", hosting("batch"))).isFalse();
        assertThat(set.pinnedTo("b", "c").admits("a", hosting("batch", "fast"))).isFalse();
        assertThat(set.pinnedTo("b", "c").admits("b", hosting("batch", "fast"))).isTrue();
        assertThat(ShardSet.DEFAULT.admits("a", hosting())).isTrue();
        assertThat(ShardSet.DEFAULT.admits("a", Hosting.CLIENT)).isFalse();
    }

    @Test
    void whatIsStoredIsRead() {
        SetRecord full = new SetRecord(
                1024,
                8,
                ShardSet.of("jobs", 8)
                        .onRole("batch")
                        .pinnedTo("n1", "n2")
                        .by(ShardSet.Strategy.ROUND_ROBIN)
                        .over(Lane.BULK));
        assertThat(SetRecord.decode("jobs", full.encode())).isEqualTo(full);
        assertThat(full.end()).isEqualTo(1032);
        SetRecord plain = new SetRecord(7, 1, ShardSet.singleton("one"));
        assertThat(SetRecord.decode("one", plain.encode())).isEqualTo(plain);
        byte[] old = new String(plain.encode(), StandardCharsets.UTF_8)
                .replaceFirst("lane.*\\n", "")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(new String(old, StandardCharsets.UTF_8)).doesNotContain("lane");
        assertThat(SetRecord.decode("one", old))
                .as("of a version without lanes")
                .isEqualTo(plain);
    }

    @Test
    void badSetsAreRefused() {
        assertThatThrownBy(() -> ShardSet.of("a/b", 1))
                .hasMessage("shard set name 'a/b' must be 1 to 100 letters, digits, '.', '_' or '-'");
        assertThatThrownBy(() -> ShardSet.of("a", 0)).hasMessage("shard set a has 0 shards: it must have 1 to 1024");
        assertThatThrownBy(() -> ShardSet.of("a", 1).over(Lane.CONTROL))
                .hasMessage("shard set a cannot take lane CONTROL, which is the cluster's own: say ORDINARY or BULK");
        assertThatThrownBy(() -> ShardSet.of("a", 1).pinnedTo("n1/n2"))
                .hasMessage("node id 'n1/n2' must be 1 to 100 letters, digits, '.', '_' or '-'");
    }

    @Test
    void theDefaultSetHasNoPolicyOfItsOwn() {
        List.<ThrowingCallable>of(
                        () -> ShardSet.of("default", 5),
                        () -> ShardSet.DEFAULT.onRole("gpu"),
                        () -> ShardSet.DEFAULT.pinnedTo("n1"),
                        () -> ShardSet.DEFAULT.by(ShardSet.Strategy.LEAST_LOAD),
                        () -> ShardSet.DEFAULT.over(Lane.BULK))
                .forEach(bad -> assertThatThrownBy(bad)
                        .hasMessage("the default shard set belongs to every node that owns shards: give a set another"
                                + " name to choose its shards, roles, nodes, strategy or lane"));
    }

    @Test
    void aStrategyOfANewerVersionIsTakenForTheUsualOne() {
        byte[] newer = "first=3\nshards=2\nroles=\nnodes=\nstrategy=ORBITAL\n".getBytes(StandardCharsets.UTF_8);
        assertThat(SetRecord.decode("jobs", newer)).isEqualTo(new SetRecord(3, 2, ShardSet.of("jobs", 2)));
    }

    @Test
    void aBadRoleIsRefused() {
        assertThatThrownBy(() -> ShardSet.of("a", 1).onRole(""))
                .hasMessage("role '' must be 1 to 100 letters, digits, '.', '_' or '-'");
    }
}
