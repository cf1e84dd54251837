package io.troupe.metadata.internal.ratis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.troupe.metadata.LeadershipListener;
import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.formation.Identity;
import io.troupe.metadata.internal.node.AgentStore;
import io.troupe.metadata.internal.node.GroupName;
import io.troupe.metadata.internal.node.StatesOfGroups;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.spi.PeerChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the stores of all groups of a voter have in common: each has a {@link Replica}, leads or does not, and can die.
 */
abstract class ReplicaStore extends AgentStore implements StatesOfGroups.Group {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaStore.class);

    /** Set before the Raft server closes on purpose: what it says then is no failure. */
    protected volatile boolean closing;

    private final AtomicBoolean dead = new AtomicBoolean();

    /** A store that is not started. */
    ReplicaStore(MetadataConfig config, GroupName name, PeerChannel channel) {
        super(config, name, channel, StateView.EMPTY);
    }

    /** {@return the replica} */
    abstract Replica replica();

    /** {@return the voters of all groups; null as long as they are not known} */
    abstract Identity.@Nullable Group voterGroup();

    /**
     * The replica is dead, and its callers know: stops what is left of it. Must not block.
     *
     * @param failure why
     */
    abstract void onDeath(MetadataException failure);

    /** {@return the Raft group of a started store while it runs} */
    @Nullable
    RatisNode raft() {
        return replica().raft();
    }

    /** Any thread, as the two that follow. */
    @Override
    public final void hold(int millis) {
        replica().hold(voters(), millis);
    }

    /**
     * A linearizable read point of this group, for who has put it on hold: the first group is not, the submits of the
     * others wait.
     */
    @Override
    public CompletableFuture<Long> point() {
        return point(this::keepAlive);
    }

    /**
     * A follower hears of a commit with the next entry, and where the submits wait that can be a tick away: so there is
     * a next one.
     *
     * @param entry puts an entry without an effect into the log, and answers its revision
     */
    final CompletableFuture<Long> point(Supplier<CompletableFuture<Long>> entry) {
        return entry.get().thenCompose(revision -> {
            CompletableFuture<Long> applied = awaitRevision(revision);
            if (!applied.isDone()) {
                CompletableFuture<?> unused = entry.get();
            }
            return applied;
        });
    }

    @Override
    public final StateView state() {
        return (StateView) hub.view();
    }

    @Override
    public final boolean keeps(String key) {
        return true;
    }

    @Override
    public final void onLeadership(LeadershipListener listener) {
        replica().leadership().add(listener);
    }

    @Override
    public final boolean isLeader() {
        return replica().leadership().isLeading();
    }

    @Override
    public final CompletableFuture<Void> transferLeadership(String nodeId, Duration limit) {
        Identity.Group group = voterGroup();
        Identity.Member to = group == null ? null : group.member(nodeId);
        if (to == null || nodeId.equals(config.nodeId())) {
            return CompletableFuture.failedFuture(new MetadataException(
                    Code.BAD_CONFIG, "node " + nodeId + " is no other voter of this cluster: name one of " + voters()));
        }
        if (!isLeader()) {
            return super.transferLeadership(nodeId, limit);
        }
        return replica().transferLeadership(to, limit);
    }

    @Override
    public final List<MetadataConfig.Voter> voters() {
        Identity.Group group = voterGroup();
        return group == null
                ? config.voters()
                : group.members().stream().map(Identity.Member::voter).toList();
    }

    @Override
    protected final long turn(long nowNs) {
        return replica().turn(nowNs);
    }

    @Override
    protected final void onBroken(Throwable cause) {
        die("an invariant of its metadata thread is broken", cause);
    }

    /** {@return what those are told that come too late} */
    final MetadataException closed() {
        return new MetadataException(Code.CLOSED, "the metadata store of node " + agent.name() + " is closed");
    }

    /** A replica that cannot go on says so; it never pretends to live. */
    final void die(String what, @Nullable Throwable cause) {
        RatisNode running = raft();
        boolean leftOut = running != null && hasVoted() && running.isLeftOut();
        die(new MetadataException(
                Code.FAILED,
                "the metadata replica of node " + agent.name() + " is dead, " + what
                        + (cause == null ? "" : " (" + cause + ")")
                        + (leftOut ? ", because the newest voters it has seen are without it" : "")
                        + ": restart the node",
                cause == null ? new IllegalStateException(what) : cause));
    }

    /** {@return true once the replica is dead} */
    final boolean isDead() {
        return dead.get();
    }

    final void die(MetadataException failure) {
        if (closing || !dead.compareAndSet(false, true)) {
            return;
        }
        LOG.error("{}", failure.getMessage(), failure.getCause());
        agent.end(failure);
        hub.end(failure);
        agent.execute(() -> replica().onDeath(failure));
        onDeath(failure);
    }

    /** Does something that blocks, because a replica that cannot write would go on refusing its leader for ever. */
    final void closeInBackground(Runnable closing) {
        Thread closer = new Thread(closing, "troupe-" + agent.name().thread() + "-fail");
        closer.setDaemon(true);
        closer.start();
    }

    private boolean hasVoted() {
        Identity.Group group = voterGroup();
        return group != null && group.member(config.nodeId()) != null;
    }
}
