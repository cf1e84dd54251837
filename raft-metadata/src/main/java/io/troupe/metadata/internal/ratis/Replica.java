package io.troupe.metadata.internal.ratis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.follow.FollowServer;
import io.troupe.metadata.internal.formation.Identity;
import io.troupe.metadata.internal.node.NodeAgent;
import io.troupe.metadata.internal.state.Outcome;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.internal.submit.LeaderGateway;
import io.troupe.metadata.internal.submit.Message;
import io.troupe.metadata.internal.watch.WatchHub;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;

/**
 * The Raft server of a voter, and who learns what from it: carries its events, some told under Ratis' locks, to the
 * metadata thread, where gateway, leadership, membership and followers hear of them in the order of the log. What has no
 * other note is confined to the metadata thread.
 */
final class Replica implements MetadataStateMachine.Events, LeaderGateway.Output {
    /** How often a starting voter looks whether it has caught up, in ns. */
    static final long READY_CHECK_NS = 5_000_000;

    private final MetadataConfig config;
    private final NodeAgent agent;
    private final VoterStart start;
    private final WatchHub hub;
    private final BiConsumer<String, @Nullable Throwable> dead;
    private final LeaderGateway gateway;
    private final Leadership leadership;
    private final VoterMembership membership;
    private final FollowServer followers;
    private volatile @Nullable RatisNode raft;

    Replica(
            MetadataConfig config,
            NodeAgent agent,
            VoterStart start,
            WatchHub hub,
            BiConsumer<String, @Nullable Throwable> dead) {
        this.config = config;
        this.agent = agent;
        this.start = start;
        this.hub = hub;
        this.dead = dead;
        membership = new VoterMembership(config, agent, start, () -> raft);
        gateway = new LeaderGateway(config.nodeId(), config.sessionTick().toNanos(), this);
        leadership = new Leadership(config.nodeId(), agent);
        followers = new FollowServer(agent, hub, config.sessionTick().toNanos());
        agent.onGateway(gateway::onMessage);
        agent.onProtocol(NodeAgent.FOLLOW_PROTOCOL, (from, message) -> followers.onMessage(from, message));
    }

    /** Any thread, as what it answers with. */
    Leadership leadership() {
        return leadership;
    }

    /** Any thread, as what it answers with. */
    VoterMembership membership() {
        return membership;
    }

    /** {@return the server while it runs} Any thread. */
    @Nullable
    RatisNode raft() {
        return raft;
    }

    /** Starts the server. Blocks; on a thread of its own. */
    void begin(Identity known) {
        MetadataStateMachine machine =
                new MetadataStateMachine(config.nodeId(), config.snapshotEntries(), start.takeOrigin(), this);
        raft = RatisNode.start(config, known, start.raftDirectory(), machine);
    }

    /** Closes the server; nothing is proposed any more. Blocks; any thread but that of the metadata. */
    void close() {
        RatisNode running = raft;
        raft = null;
        if (running != null) {
            running.close();
        }
    }

    /** Hands the leadership to another voter. Any thread. */
    CompletableFuture<Void> transferLeadership(Identity.Member to, Duration limit) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        agent.execute(() -> {
            RatisNode running = raft;
            CompletableFuture<?> transferred = running == null
                    ? CompletableFuture.failedFuture(new IllegalStateException("the store is closed"))
                    : running.transferLeadership(to.peerId(), limit.toMillis());
            CompletableFuture<?> unused = transferred.whenComplete((reply, failure) -> {
                if (failure == null) {
                    done.complete(null);
                } else {
                    done.completeExceptionally(new MetadataException(
                            Code.FAILED,
                            "node " + to.voter().nodeId() + " does not lead after " + limit + ": " + failure,
                            failure));
                }
            });
        });
        return done;
    }

    /** {@return when it wants its next turn} */
    long turn(long nowNs) {
        long wake = start.turn(nowNs);
        if (!start.hasLeader() && raft != null) {
            checkReady();
            wake = Math.min(wake, nowNs + READY_CHECK_NS); // Ratis has no event for "caught up with the leader's term".
        }
        wake = Math.min(wake, membership.turn(nowNs));
        gateway.flush(nowNs, System.currentTimeMillis());
        wake = Math.min(wake, gateway.nextWakeNs());
        return Math.min(wake, followers.flush(nowNs));
    }

    /** The replica is dead: what it has under way has no outcome. */
    void onDeath(MetadataException why) {
        gateway.onNotLeading();
        onClose(why);
    }

    /** Nobody leads here any more. */
    void onClose(MetadataException why) {
        leadership.onNotLeading();
        membership.end(why);
    }

    @Override
    public void propose(long entry, List<byte[]> commands) {
        RatisNode running = raft;
        if (running == null) {
            agent.execute(() -> gateway.onUnknown(entry));
            return;
        }
        CompletableFuture<?> unused =
                running.propose(commands).thenAccept(outcomes -> agent.execute(() -> onOutcomes(entry, outcomes)));
    }

    @Override
    public void answer(String nodeId, Message message) {
        agent.sendMessage(nodeId, message);
    }

    private void onOutcomes(long entry, @Nullable List<Outcome> outcomes) {
        if (outcomes == null) {
            gateway.onUnknown(entry);
        } else {
            gateway.onApplied(entry, outcomes, hub.view(), System.nanoTime());
        }
    }

    // ------------------------------------------------------------------ on Ratis' threads

    @Override
    public void onApplied(StateView view, List<WatchEvent> events, boolean leaderChanged) {
        hub.publish(view, events);
        followers.onApplied();
        if (leaderChanged) {
            onLeader(view.leader());
        }
    }

    @Override
    public void onRestored(StateView view) {
        hub.resync(view);
        followers.onApplied();
    }

    @Override
    public void onLeaderReady() {
        agent.execute(() -> gateway.onLeading((StateView) hub.view(), System.nanoTime()));
    }

    @Override
    public void onNotLeader() {
        agent.execute(() -> {
            gateway.onNotLeading();
            leadership.onNotLeading();
            membership.onNotLeading();
        });
    }

    @Override
    public void onConfiguration(long index, Map<String, String> peers) {
        agent.execute(() -> membership.onConfiguration(index, peers));
    }

    @Override
    public void onLeaderElected(RaftPeerId peer) {
        String peerId = peer.toString();
        String leader = peerId.substring(0, peerId.lastIndexOf('@'));
        agent.execute(() -> {
            RatisNode running = raft;
            if (running != null) {
                gateway.onLeader(new Leader(leader, running.term()));
            }
        });
    }

    @Override
    public void onDead(String what, @Nullable Throwable cause) {
        dead.accept(what, cause);
    }

    /** The log names a leader: from here on it is known on this node, and if it is this one, it may act. Any thread. */
    private void onLeader(@Nullable Leader leader) {
        agent.execute(() -> {
            if (leader == null) {
                return;
            }
            gateway.onLeader(leader);
            agent.onLeader(leader);
            leadership.onLeader(leader, gateway.isLeading());
        });
    }

    /** Ready once the leader that Raft knows now is the one that this replica's log names: no old log was replayed. */
    private void checkReady() {
        RatisNode running = raft;
        Leader leader = hub.view().leader();
        if (running != null && start.isMember() && leader != null && leader.term() == running.term()) {
            onLeader(leader);
            start.onLeader();
        }
    }
}
