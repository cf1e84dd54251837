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
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.memory.InMemoryGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class MembershipTest {
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final long LEASE_NS = LEASE.toNanos();

    private final InMemoryGroup group = InMemoryGroup.create();
    private final MetadataStore store = group.store("n1");
    private final ExecutorService clusterThread = Executors.newSingleThreadExecutor();
    private final LifeEvents life = new LifeEvents();
    private final List<String> events = life.told;
    private final Membership membership;
    private final long start = System.nanoTime();
    /** Moves when a test moves it: however slow this machine is, no lease passes by itself. */
    private final AtomicLong now = new AtomicLong(start);

    MembershipTest() {
        store.start().join();
        group.tick(0);
        membership = new Membership("n1", SELF, new ShardStores(store, 0), LEASE, now::get, clusterThread, life);
    }

    private static final NodeRecord SELF = new NodeRecord(new Hosting(true, null, 1.0, Set.of()), Set.of(), Set.of());

    @AfterEach
    void close() {
        clusterThread.shutdownNow();
        store.close();
        group.close();
    }

    /** Driven as in production, but at an instant of the test's choice. */
    private void tickAt(long sinceStartNs) {
        now.set(start + sinceStartNs);
        try {
            clusterThread.submit(() -> membership.onTick(start + sinceStartNs)).get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private SessionId join() {
        tickAt(0);
        await().until(() -> membership.session() != null && store.view().get(ClusterKeys.node("n1")) != null);
        await().untilAsserted(() -> assertThat(events).containsExactly("opened"));
        return Objects.requireNonNull(membership.session());
    }

    @Test
    void aNodeAnnouncesItselfWithItsSession() {
        SessionId session = join();
        KeyValue announced = Objects.requireNonNull(store.view().get(ClusterKeys.node("n1")));
        assertThat(announced.session()).isEqualTo(session);
        assertThat(NodeRecord.decode(announced.value()).hosts()).isTrue();
        assertThat(events).containsExactly("opened");
    }

    @Test
    void theLeaseCountsFromTheSendingAndEndsBeforeTheLeaderMayAct() {
        join();
        tickAt(1);
        assertThat(membership.isLeaseValid(start + LEASE_NS / 2)).isTrue();
        assertThat(membership.isLeaseValid(start + LEASE_NS)).isFalse();
    }

    @Test
    void aNodeWhoseLeaseHasPassedGoesOnInTheSameLifeOnceItIsRenewed() {
        SessionId session = join();
        tickAt(2 * LEASE_NS);
        assertThat(membership.isLeaseValid(start + 2 * LEASE_NS)).isFalse();
        assertThat(membership.session()).isEqualTo(session);
        group.tick(1); // answers the keep-alive that was sent above
        await().untilAsserted(() -> assertThat(events).containsExactly("opened", "renewed"));
        assertThat(membership.isLeaseValid(start + 2 * LEASE_NS + LEASE_NS / 2)).isTrue();
        assertThat(membership.session()).isEqualTo(session);
    }

    @Test
    void aNodeWhoseSessionWasEndedOwnsNothingAndComesBackAsANewIncarnation() {
        SessionId first = join();
        // Nobody renews: the leader waits a full lease, then ends the session.
        long millis = 0;
        while (store.view().isOpen(first)) {
            millis += LEASE.toMillis();
            group.tick(millis);
        }
        tickAt(LEASE_NS / 2);
        group.tick(millis + 1); // answers the keep-alive that was sent above
        await().untilAsserted(() -> assertThat(events).containsExactly("opened", "ended"));
        assertThat(membership.isLeaseValid(start + LEASE_NS / 2)).isFalse();
        tickAt(LEASE_NS / 2);
        await().untilAsserted(() -> assertThat(events).containsExactly("opened", "ended", "opened"));
        SessionId second = Objects.requireNonNull(membership.session());
        assertThat(second.incarnation()).isGreaterThan(first.incarnation());
    }

    /** A transaction of an ended session is answered too: then no keep-alive has to be waiting to learn of the end. */
    @Test
    void aNodeWhoseStoreLearnedOfTheEndFromATransactionComesBackTooWithoutAKeepAliveUnderWay() {
        SessionId first = join();
        long millis = 0;
        while (store.view().isOpen(first)) {
            millis += LEASE.toMillis();
            group.tick(millis);
        }
        store.txn(Txn.EMPTY).handle((result, failure) -> failure).join();
        tickAt(LEASE_NS / 2);
        await().untilAsserted(() -> assertThat(events).containsExactly("opened", "ended"));
        tickAt(LEASE_NS / 2);
        await().untilAsserted(() -> assertThat(events).containsExactly("opened", "ended", "opened"));
    }

    /** What found the lease passed waits to be woken, whether or not a tick came in between and saw it, too. */
    @Test
    void aLeaseThatPassesAndIsRenewedBetweenTwoTicksIsToldAsRenewed() {
        join();
        group.tick(1); // answers the keep-alive of the beginning
        assertThat(membership.isLeaseValid(now.get())).isTrue();
        tickAt(LEASE_NS / 2); // sends a keep-alive
        now.set(start + LEASE_NS + 1);
        assertThat(membership.isLeaseValid(now.get())).isFalse();
        assertThat(events).containsExactly("opened");
        group.tick(2); // answers it
        await().untilAsserted(() -> assertThat(events).containsExactly("opened", "renewed"));
        assertThat(membership.isLeaseValid(now.get())).isTrue();
    }
}
