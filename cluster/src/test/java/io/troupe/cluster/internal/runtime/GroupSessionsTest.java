package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.cluster.Hosting;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.memory.InMemoryGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A node's life in the groups that keep the states of entities. */
@Timeout(60)
class GroupSessionsTest {
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final NodeRecord SELF = new NodeRecord(new Hosting(true, null, 1.0, Set.of()), Set.of(), Set.of());

    private final InMemoryGroup groups = InMemoryGroup.create(3);
    private final MetadataStore store = groups.store("n1");
    private final ExecutorService clusterThread = Executors.newSingleThreadExecutor();
    private final LifeEvents life = new LifeEvents();
    private final List<String> events = life.told;
    private final Membership membership;
    private final AtomicLong now = new AtomicLong(System.nanoTime());
    private long millis;

    GroupSessionsTest() {
        store.start().join();
        groups.tick(0);
        membership = new Membership("n1", SELF, new ShardStores(store, 2), LEASE, now::get, clusterThread, life);
    }

    @AfterEach
    void close() {
        clusterThread.shutdownNow();
        store.close();
        groups.close();
    }

    private void tickNode() {
        onCluster(() -> membership.onTick(now.get()));
    }

    /** Waits for it, and so for all that was to be done before it. */
    private void onCluster(Runnable step) {
        try {
            clusterThread.submit(step).get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The leaders of all groups answer what waits, at once on their clocks. */
    private void answer() {
        groups.tick(++millis);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private SessionId join() {
        await().until(() -> {
            tickNode();
            answer();
            return membership.session() != null;
        });
        onCluster(() -> {}); // the step that made it a session tells of it, too
        return Objects.requireNonNull(membership.session());
    }

    private boolean isFresh(int group) {
        tickNode();
        answer();
        return membership.isFresh(group);
    }

    @Test
    void aLifeHasOneNameInAllGroups() {
        SessionId life = join();
        assertThat(events).containsExactly("opened");
        for (int group = 0; group < 3; group++) {
            assertThat(store.group(group).view().isOpen(life)).isTrue();
        }
        assertThat(membership.closeSessions()).succeedsWithin(Duration.ofSeconds(30));
        for (int group = 0; group < 3; group++) {
            assertThat(store.group(group).view().isOpen(life)).isFalse();
        }
    }

    /** Its messages could not be settled there, and what it owns there could not be served. */
    @Test
    void aLifeIsNotToldOfBeforeEveryGroupHasItAndThisNodeHasAppliedThat() {
        tickNode();
        await().until(() -> store.group(1).view().session("n1") != null
                && store.group(2).view().session("n1") != null);
        store.txn(Txn.EMPTY).join(); // whoever waits for the session of the first group has been told of it
        onCluster(() -> {});
        assertThat(membership.session()).isNull();
        assertThat(events).isEmpty();
        join();
    }

    @Test
    void aLifeThatHasEndedInOneGroupIsOverAndTheNextOneBeginsInAll() {
        SessionId first = join();
        store.group(2).closeSession().join();
        pass(LEASE);
        await().until(() -> {
            tickNode();
            answer();
            return events.contains("ended");
        });
        SessionId second = join();
        assertThat(second.incarnation()).isGreaterThan(first.incarnation());
        for (int group = 0; group < 3; group++) {
            assertThat(store.group(group).view().isOpen(second)).isTrue();
            assertThat(store.group(group).view().isOpen(first)).isFalse();
        }
    }

    @Test
    void aCopyIsFreshForALeaseAfterAnAnsweredKeepAlive() {
        join();
        await().until(() -> isFresh(0) && isFresh(1) && isFresh(2));
        assertThat(membership.staleGroups()).isEmpty();
        pass(LEASE.plusNanos(1));
        assertThat(membership.isFresh(1)).isFalse();
        assertThat(membership.staleGroups()).containsExactly(1, 2);
        await().until(() -> isFresh(0) && isFresh(1) && isFresh(2));
        assertThat(events).doesNotContain("ended");
    }

    @Test
    void aNodeWhoseCopyOfAGroupStandsStillGivesUpItsLife() {
        SessionId life = join();
        await().until(() -> isFresh(1));
        pass(Duration.ofSeconds(29));
        tickNode();
        assertThat(membership.session()).isEqualTo(life);
        pass(LEASE.plusSeconds(2));
        tickNode(); // no leader has answered since
        assertThat(membership.session()).isNull();
        assertThat(events).contains("ended");
    }
}
