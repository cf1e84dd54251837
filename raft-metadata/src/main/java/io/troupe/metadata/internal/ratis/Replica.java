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
 * metadata thread, where gateway, leadership, membership and followers hear of them in the order of the log. What has
 * no other note is confined to the metadata thread.
 */
final class Replica implements MetadataStateMachine.Events, LeaderGateway.Output {
    /** How often a starting voter looks whether it has caught up, in ns. */
    static final long READY_CHECK_NS = 5_000_000;

    private final MetadataConfig config;
    private final NodeAgent agent;
    private final CompletableFuture<Void> ready;
    private final WatchHub hub;
    private final BiConsumer<String, @Nullable Throwable> dead;
    private final LeaderGateway gateway;
    private final Leadership leadership;
    private final GroupVoters voters;
    private final FollowServer followers;
    private volatile @Nullable RatisNode raft;

    /**
     * A replica that does not run yet.
     *
     * @param ready completed when it has applied an entry of a leader of this run
     * @param dead  told when it cannot go on
     */
    Replica(
            MetadataConfig config,
            NodeAgent agent,
            WatchHub hub,
            CompletableFuture<Void> ready,
            GroupVoters voters,
            BiConsumer<String, @Nullable Throwable> dead) {
        this.config = config;
        this.agent = agent;
        this.ready = ready;
        this.voters = voters;
        this.hub = hub;
        this.dead = dead;
        gateway = new LeaderGateway(config.nodeId(), config.sessionTick().toNanos(), this);
        leadership = new Leadership(agent);
        followers = new FollowServer(agent, hub, config.sessionTick().toNanos());
        agent.onGateway(gateway::onMessage);
        agent.onProtocol(NodeAgent.HOLD_PROTOCOL, (from, message) -> {
            int millis = message.readVarInt();
            message.expectEnd();
            onHold(from, millis);
        });
        agent.onProtocol(NodeAgent.FOLLOW_PROTOCOL, (from, message) -> followers.onMessage(from, message));
    }

    /** Any thread, as what it answers with. */
    Leadership leadership() {
        return leadership;
    }

    /** {@return the server while it runs} Any thread. */
    @Nullable
    RatisNode raft() {
        return raft;
    }

    /**
     * {@return what applies the entries of this replica}
     *
     * @param origin what the group starts from, null for an empty state
     */
    MetadataStateMachine machine(@Nullable Origin origin) {
        return new MetadataStateMachine(agent.name(), config.snapshotEntries(), origin, this);
    }

    /** Its group runs in the server. Any thread. */
    void run(RatisNode running) {
        raft = running;
        agent.execute(() -> {}); // Its turns look for a leader from here on.
    }

    /** Nothing is proposed any more. Any thread. */
    void close() {
        raft = null;
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

    /**
     * Asks whoever leads this group to let its data stand still: all voters, for nobody knows better who leads than the
     * one that does. Any thread.
     *
     * @param among  the voters
     * @param millis for how long; 0 if no longer
     */
    void hold(List<MetadataConfig.Voter> among, int millis) {
        agent.execute(() -> {
            for (MetadataConfig.Voter voter : among) {
                if (voter.nodeId().equals(config.nodeId())) {
                    onHold(voter.nodeId(), millis);
                } else {
                    agent.send(voter.nodeId(), NodeAgent.HOLD_PROTOCOL, to -> to.writeVarInt(millis));
                }
            }
        });
    }

    private void onHold(String nodeId, int millis) {
        gateway.onHold(nodeId, millis * 1_000_000L, System.nanoTime());
    }

    /** {@return when it wants its next turn} */
    long turn(long nowNs) {
        long wake = voters.turn(nowNs);
        if (!ready.isDone() && raft != null) {
            checkReady();
            wake = Math.min(wake, nowNs + READY_CHECK_NS); // Ratis has no event for "caught up with the leader's term".
        }
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
        voters.end(why);
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
        agent.execute(() -> {
            gateway.onLeading((StateView) hub.view(), System.nanoTime());
            voters.onLeading();
        });
    }

    @Override
    public void onNotLeader() {
        agent.execute(() -> {
            gateway.onNotLeading();
            leadership.onNotLeading();
            voters.onNotLeading();
        });
    }

    @Override
    public void onConfiguration(long index, Map<String, String> peers) {
        agent.execute(() -> voters.onConfiguration(index, peers));
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
        if (running != null && voters.isMember() && leader != null && leader.term() == running.term()) {
            onLeader(leader);
            ready.complete(null);
        }
    }
}
