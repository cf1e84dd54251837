package io.troupe.metadata.internal.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import io.troupe.metadata.LeadershipListener;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Isolated // It looks for threads of groups, whose name is always the same.
class InMemoryGroupTest {
    private static final long TTL = 3000;

    /** Long: the machine may be busy, and nothing here measures time. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final InMemoryGroup group = InMemoryGroup.create();

    @AfterEach
    void closeGroup() {
        group.close();
        group.close();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("troupe-memory-group") || name.startsWith("troupe-g")));
    }

    @Test
    void nodesShareOneState() {
        InMemoryMetadataStore first = started("g1");
        InMemoryMetadataStore second = started("g2");
        SessionId session = get(first.openSession(TTL));
        get(second.openSession(TTL));
        get(first.txn(Txn.of(new Op.Put("a", new byte[] {1}, session))));
        assertThat(get(second.txn(Txn.of(new Op.Get("a")))).reads().get(0)).isNotNull();
        assertThat(second.view().get("a")).isNotNull();
        assertThat(second.view().isOpen(session)).isTrue();
    }

    @Test
    void theFirstStartedNodeLeadsUntilTheTestDecides() {
        InMemoryMetadataStore first = started("g1");
        InMemoryMetadataStore second = started("g2");
        Told firstTold = new Told();
        Told secondTold = new Told();
        first.onLeadership(firstTold);
        second.onLeadership(secondTold);
        group.lead("g2");
        group.lead("g1");
        assertThat(firstTold.changes).containsExactly("leading 1", "not leading", "leading 3");
        assertThat(secondTold.changes).containsExactly("not leading", "leading 2", "not leading");
        assertThat(first.isLeader()).isTrue();
        assertThat(second.isLeader()).isFalse();
        assertThat(group.view().leader()).isEqualTo(new Leader("g1", 3));
        assertThatThrownBy(() -> group.lead("g9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("node g9 is not started, these are: [g1, g2]");
    }

    @Test
    void anotherNodeLeadsWhenTheLeaderCloses() {
        InMemoryMetadataStore first = started("g1");
        InMemoryMetadataStore second = started("g2");
        first.close();
        assertThat(second.isLeader()).isTrue();
        assertThat(first.isLeader()).isFalse();
        assertThat(second.view().leader()).isEqualTo(new Leader("g2", 2));
    }

    @Test
    void sessionsEndWhenTheTestSaysThatTheirTimeHasPassed() {
        InMemoryMetadataStore lively = started("g1");
        InMemoryMetadataStore silent = started("g2");
        SessionId kept = get(lively.openSession(TTL));
        SessionId lost = get(silent.openSession(TTL));
        group.tick(1_000_000);
        CompletableFuture<Long> renewal = lively.keepAlive();
        group.tick(1_002_000);
        assertThat(renewal).isCompletedWithValue(group.view().revision());
        group.tick(1_002_999);
        assertThat(group.view().isOpen(lost)).isTrue();
        group.tick(1_003_000);
        assertThat(group.view().isOpen(lost)).isFalse();
        assertThat(group.view().isOpen(kept)).isTrue();
        assertFails(silent.txn(Txn.EMPTY), Code.SESSION_ENDED, "session " + lost + " has ended");
        assertFails(silent.txn(Txn.EMPTY), Code.NO_SESSION, "node g2 has no open session");
    }

    @Test
    void aKeepAliveAfterTheEndFails() {
        InMemoryMetadataStore store = started("g1");
        get(store.openSession(TTL));
        group.tick(1_000_000);
        group.tick(1_010_000);
        CompletableFuture<Long> late = store.keepAlive();
        group.tick(1_020_000);
        assertFails(late, Code.SESSION_ENDED, "may or may not have been applied");
    }

    @Test
    void aNewLeaderGivesEverySessionItsFullTimeAgain() {
        InMemoryMetadataStore store = started("g1");
        started("g2");
        SessionId session = get(store.openSession(TTL));
        group.tick(1_000_000);
        group.lead("g2");
        group.tick(1_002_999);
        group.tick(1_005_998);
        assertThat(group.view().isOpen(session)).isTrue();
        group.tick(1_005_999);
        assertThat(group.view().isOpen(session)).isFalse();
    }

    @Test
    void aRestartFromTheSameDiskReplacesTheSession() {
        InMemoryMetadataStore before = started("g1");
        SessionId old = get(before.openSession(TTL));
        before.close();
        assertThat(group.view().isOpen(old)).isTrue();
        InMemoryMetadataStore after = started("g1");
        SessionId fresh = get(after.openSession(TTL));
        assertThat(group.view().isOpen(old)).isFalse();
        assertThat(group.view().isOpen(fresh)).isTrue();
    }

    @Test
    void anotherDiskWaitsForTheEndOfTheOldSession() {
        InMemoryMetadataStore before = started("g1");
        get(before.openSession(TTL));
        before.close();
        InMemoryMetadataStore other = group.store("g1", "another disk");
        get(other.start());
        CompletableFuture<SessionId> waiting = other.openSession(10 * TTL);
        group.tick(1_000_000);
        assertThat(waiting).isNotDone();
        group.tick(1_000_000 + TTL);
        // The tick that ended the old session answers the waiting one.
        assertThat(get(waiting).nodeId()).isEqualTo("g1");
    }

    @Test
    void anotherDiskGivesUpWhenTheOldSessionLives() {
        InMemoryMetadataStore before = started("g1");
        SessionId held = get(before.openSession(10 * TTL));
        before.close();
        InMemoryMetadataStore other = group.store("g1", "another disk");
        get(other.start());
        CompletableFuture<SessionId> waiting = other.openSession(TTL);
        group.tick(1_000_000);
        group.tick(1_000_000 + TTL);
        assertFails(waiting, Code.SESSION_HELD, "another disk", "stop that process");
        assertThat(group.view().isOpen(held)).isTrue();
    }

    @Test
    void aNodeRunsOnce() {
        started("g1");
        assertFails(group.store("g1").start(), Code.FAILED, "node g1 runs already");
    }

    @Test
    void afterTheGroupIsClosedItsStoresFail() {
        InMemoryMetadataStore store = started("g1");
        InMemoryMetadataStore never = group.store("g2");
        group.close();
        assertFails(store.txn(Txn.EMPTY), Code.CLOSED, "node g1 is closed");
        assertFails(never.start(), Code.CLOSED, "node g2 is closed");
        never.close();
        assertThatThrownBy(() -> group.tick(1)).hasMessageContaining("the group is closed");
    }

    @Test
    void aTickingGroupAnswersKeepAlivesByItself() {
        try (InMemoryGroup ticking = InMemoryGroup.ticking(Duration.ofMillis(10))) {
            InMemoryMetadataStore store = ticking.store("g1");
            get(store.start());
            SessionId session = get(store.openSession(Duration.ofDays(1).toMillis()));
            assertThat(get(store.keepAlive())).isGreaterThan(session.incarnation());
            SessionId brief = get(store.openSession(200));
            await().atMost(PATIENCE).until(() -> !store.view().isOpen(brief));
        }
    }

    private InMemoryMetadataStore started(String nodeId) {
        InMemoryMetadataStore store = group.store(nodeId);
        get(store.start());
        return store;
    }

    private static void assertFails(CompletableFuture<?> future, Code code, String... parts) {
        assertThat(future)
                .failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .satisfies(e -> assertThat(e.getCause())
                        .isInstanceOfSatisfying(
                                MetadataException.class,
                                failure -> assertThat(failure.code()).isEqualTo(code))
                        .message()
                        .contains(parts));
    }

    private static <T> T get(CompletableFuture<T> future) {
        assertThat(future).succeedsWithin(PATIENCE);
        return future.join();
    }

    private static final class Told implements LeadershipListener {
        final List<String> changes = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onLeading(long term) {
            changes.add("leading " + term);
        }

        @Override
        public void onNotLeading() {
            changes.add("not leading");
        }
    }
}
