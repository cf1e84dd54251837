package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.troupe.cluster.internal.membership.MembershipProtocol;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * This node's sessions in the state groups. Each has the id of its session in the first group, so what a life has sent
 * is settled under one name wherever the receiver's state is. A life begins when all of them are open, and is over when
 * one of them is: then its messages could not be settled any more.
 *
 * <p>They grant nothing: who owns a shard is decided in the first group, and the shard's fence keeps out whoever owned
 * it before. So they may outlive a silence for long. What their keep-alives prove is the age of this node's copy; one
 * that is older than such a session may become ends the life as well, for the node cannot serve its shards.
 *
 * <p>On the cluster thread; {@link #isFresh} may be asked from any.
 */
final class GroupSessions {
    private final List<Member> members;
    private final long ttlMillis;
    private final NanoClock clock;

    /** This life in one group. */
    private static final class Member {
        final int number;
        final MetadataStore store;
        MembershipProtocol protocol;
        private volatile long freshUntilNs;
        private volatile boolean proven;

        Member(int number, MetadataStore store, MembershipProtocol protocol) {
            this.number = number;
            this.store = store;
            this.protocol = protocol;
        }

        boolean isFresh(long nowNs) {
            return proven && freshUntilNs - nowNs > 0;
        }

        void refresh() {
            protocol.onApplied(store.view().revision());
            if (protocol.hasLease()) {
                freshUntilNs = protocol.leaseEndNs();
                proven = true;
            }
        }
    }

    private final long leaseNs;

    /** The running life; null between two. */
    private @Nullable SessionId life;

    /**
     * A life that is open in every group.
     *
     * @param life its session in the first group
     * @param kept what has shown in each of the others how old this node's copy is
     */
    record Joined(SessionId life, List<KeptAlive> kept) {}

    /**
     * A keep-alive that this node has heard of in the log.
     *
     * @param sentNs   when it was sent
     * @param revision of the entry that carried it
     */
    record KeptAlive(long sentNs, long revision) {}

    /**
     * No life yet.
     *
     * @param stores    of the state groups, from group 1 on
     * @param leaseNs   how old a copy may be at most
     * @param ttlMillis how long a session outlives the silence of this node
     */
    GroupSessions(List<MetadataStore> stores, long leaseNs, long ttlMillis, NanoClock clock) {
        this.leaseNs = leaseNs;
        this.ttlMillis = ttlMillis;
        this.clock = clock;
        members = IntStream.range(0, stores.size())
                .mapToObj(i -> new Member(i + 1, stores.get(i), newProtocol()))
                .toList();
    }

    private MembershipProtocol newProtocol() {
        return new MembershipProtocol(leaseNs, leaseNs / Membership.MARGIN_PART);
    }

    /**
     * Opens the sessions of a life that the first group has begun, and waits until this node has applied them: a node
     * whose copy of a group stands still is to own nothing. Any thread.
     */
    CompletableFuture<Joined> join(SessionId opened) {
        List<CompletableFuture<KeptAlive>> all = members.stream()
                .map(member ->
                        member.store.joinSession(opened, ttlMillis).thenCompose(joined -> keepAliveOnce(member.store)))
                .toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(done -> new Joined(
                        opened, all.stream().map(CompletableFuture::join).toList()));
    }

    private CompletableFuture<KeptAlive> keepAliveOnce(MetadataStore store) {
        long sentNs = clock.nanoTime();
        return store.keepAlive()
                .thenCompose(
                        revision -> Wiring.hear(store, revision).thenApply(heard -> new KeptAlive(sentNs, revision)));
    }

    /** All sessions of the life are open. */
    void begin(Joined joined) {
        life = joined.life;
        for (Member member : members) {
            KeptAlive kept = joined.kept.get(member.number - 1);
            member.proven = false;
            member.protocol = newProtocol();
            member.protocol.onJoined(
                    joined.life.incarnation(),
                    kept.sentNs,
                    kept.revision,
                    member.store.view().revision());
            member.refresh();
        }
    }

    /** The life is over. */
    void end() {
        life = null;
        for (Member member : members) {
            member.proven = false;
        }
    }

    /**
     * Keeps the sessions open.
     *
     * @param onOver    learns why the life is over
     * @param onCluster runs a step on the cluster thread
     */
    void onTick(long nowNs, Consumer<String> onOver, Consumer<Runnable> onCluster) {
        SessionId current = life;
        if (current == null) {
            return;
        }
        for (Member member : members) {
            member.refresh();
            if (nowNs - member.freshUntilNs > TimeUnit.MILLISECONDS.toNanos(ttlMillis)) {
                onOver.accept("its copy of state group " + member.number + " stands still");
                return;
            }
            if (member.protocol.isKeepAliveDue(nowNs)) {
                keepAlive(member, current, nowNs, onOver, onCluster);
            }
        }
    }

    private void keepAlive(
            Member member, SessionId current, long nowNs, Consumer<String> onOver, Consumer<Runnable> onCluster) {
        MembershipProtocol asked = member.protocol;
        long token = asked.keepAliveSent(nowNs);
        CompletableFuture<?> unused = member.store
                .keepAlive()
                .whenComplete((revision, failure) -> onCluster.accept(() -> {
                    if (asked != member.protocol || !current.equals(life)) {
                        return; // an answer to an earlier life
                    }
                    if (revision != null) {
                        asked.onKeepAliveAnswered(token, revision);
                        member.refresh();
                    } else if (failure instanceof MetadataException known && Membership.isOver(known.code())) {
                        onOver.accept("its session in state group " + member.number + " has ended");
                    }
                }));
    }

    /** Ends the sessions on purpose. */
    CompletableFuture<Void> close() {
        return CompletableFuture.allOf(
                members.stream().map(member -> member.store.closeSession()).toArray(CompletableFuture[]::new));
    }

    /** True if this node's copy of a group is at most a lease old. Any thread. */
    boolean isFresh(int group) {
        return members.get(group - 1).isFresh(clock.nanoTime());
    }

    /** The groups of which this node's copy is older than that. Any thread. */
    List<Integer> stale() {
        long nowNs = clock.nanoTime();
        return members.stream()
                .filter(member -> !member.isFresh(nowNs))
                .map(member -> member.number)
                .toList();
    }
}
