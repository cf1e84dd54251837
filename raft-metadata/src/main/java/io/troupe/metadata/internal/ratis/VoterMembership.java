package io.troupe.metadata.internal.ratis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.formation.FormationProtocol;
import io.troupe.metadata.internal.formation.Identity.Group;
import io.troupe.metadata.internal.formation.Identity.Member;
import io.troupe.metadata.internal.formation.VoterChangeProtocol;
import io.troupe.metadata.internal.node.NodeAgent;
import org.jspecify.annotations.Nullable;

/**
 * Who votes, at run time: tells the formation what Raft has committed, and drives {@link VoterChangeProtocol} with this
 * node's Raft server. What has no other note is confined to the metadata thread.
 */
final class VoterMembership implements GroupVoters {
    private final MetadataConfig config;
    private final NodeAgent agent;
    private final VoterStart start;
    private final Supplier<@Nullable RatisNode> raft;
    private final Function<Group, @Nullable String> behind;

    /** Committed, and not yet told: this voter tells nothing before it can vote. */
    private @Nullable Group committed;

    private @Nullable VoterChangeProtocol changes;
    private CompletableFuture<Void> asked = new CompletableFuture<>();

    /**
     * No change is wanted.
     *
     * @param raft   the first group while it runs
     * @param behind given the voters of the first group, says which other group of this node has not the same; null if
     *     none
     */
    VoterMembership(
            MetadataConfig config,
            NodeAgent agent,
            VoterStart start,
            Supplier<@Nullable RatisNode> raft,
            Function<Group, @Nullable String> behind) {
        this.behind = behind;
        this.config = config;
        this.agent = agent;
        this.start = start;
        this.raft = raft;
    }

    /** See {@link io.troupe.metadata.MetadataStore#addVoter}; asked of the leader. Any thread. */
    CompletableFuture<Void> add(Voter voter, Duration limit) {
        if (voter.nodeId().isBlank() || voter.host().isBlank() || voter.raftPort() < 1 || voter.raftPort() > 65_535) {
            return CompletableFuture.failedFuture(new MetadataException(
                    Code.BAD_CONFIG,
                    "voter " + voter + " cannot be added: give it a node id, a host and a port from 1 to 65535"));
        }
        return change((protocol, now) -> protocol.add(voter, now, limit.toNanos()));
    }

    /** See {@link io.troupe.metadata.MetadataStore#removeVoter}; asked of the leader. Any thread. */
    CompletableFuture<Void> remove(String nodeId, Duration limit) {
        return change((protocol, now) -> protocol.remove(nodeId, now, limit.toNanos()));
    }

    @Override
    public boolean isMember() {
        return start.isMember();
    }

    @Override
    public void onConfiguration(long index, Map<String, String> peers) {
        Group known = start.group();
        if (known == null) {
            return;
        }
        List<Member> members = new ArrayList<>();
        peers.forEach((peerId, address) -> members.add(member(known, peerId, address)));
        committed = new Group(known.clusterId(), members, index);
    }

    /** Changes are asked for, not begun by itself. */
    @Override
    public void onLeading() {}

    @Override
    public void onNotLeading() {
        if (changes != null) {
            changes.onNotLeading();
        }
    }

    @Override
    public void end(MetadataException failure) {
        asked.completeExceptionally(failure);
    }

    @Override
    public long turn(long nowNs) {
        long wake = start.turn(nowNs);
        RatisNode running = raft.get();
        Group news = committed;
        if (news != null && running != null) {
            if (running.canVote()) {
                committed = null;
                start.onCommitted(news);
            } else {
                wake = Math.min(wake, nowNs + Replica.READY_CHECK_NS);
            }
        }
        VoterChangeProtocol protocol = changes;
        if (protocol != null) {
            protocol.flush(nowNs);
            wake = Math.min(wake, protocol.nextWakeNs(nowNs));
        }
        return wake;
    }

    /** One of the two questions. */
    private interface Question {
        @Nullable
        MetadataException ask(VoterChangeProtocol protocol, long nowNs);
    }

    private CompletableFuture<Void> change(Question question) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        agent.execute(() -> {
            VoterChangeProtocol protocol = protocol();
            MetadataException over = agent.ended();
            if (over != null || protocol == null) {
                done.completeExceptionally(over != null ? over : notStarted());
                return;
            }
            CompletableFuture<Void> before = asked;
            asked = done; // The answer may come at once.
            MetadataException refusal = question.ask(protocol, System.nanoTime());
            if (refusal != null) {
                asked = before;
                done.completeExceptionally(refusal);
            }
        });
        MetadataException over = agent.ended();
        if (over != null) {
            done.completeExceptionally(over); // The thread may be gone already.
        }
        return done;
    }

    private @Nullable VoterChangeProtocol protocol() {
        FormationProtocol formation = start.formation();
        if (changes == null && formation != null) {
            changes = new VoterChangeProtocol(formation, new ChangeOutput());
        }
        return changes;
    }

    private MetadataException notStarted() {
        return new MetadataException(Code.CLOSED, "the metadata store of node " + config.nodeId() + " is not started");
    }

    /** The address of a known voter is the one this node knows: what another node dials may stand in the log. */
    static Member member(Group known, String peerId, String address) {
        int at = peerId.lastIndexOf('@');
        int colon = address.lastIndexOf(':');
        Voter voter = new Voter(
                peerId.substring(0, at), address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        Member told = new Member(voter, peerId.substring(at + 1));
        Member ours = known.member(voter.nodeId());
        return ours != null && ours.peerId().equals(peerId) ? ours : told;
    }

    private final class ChangeOutput extends RaftVoters implements VoterChangeProtocol.Output {
        ChangeOutput() {
            super(raft, config);
        }

        @Override
        public void propose(List<Member> current, List<Member> wanted) {
            var unused = setVoters(current, wanted).whenComplete((reply, failure) -> {
                if (failure != null) {
                    agent.execute(() -> {
                        if (changes != null) {
                            changes.onRefused(RatisNode.rootOf(failure));
                        }
                    });
                }
            });
        }

        @Override
        public @Nullable String behind(Group group) {
            return behind.apply(group);
        }

        @Override
        public void abandon() {
            RatisNode running = raft.get();
            if (running != null) {
                running.stepDown(config.election().maxMillis());
            }
        }

        @Override
        public void onOver(@Nullable MetadataException failure) {
            if (failure == null) {
                asked.complete(null);
            } else {
                asked.completeExceptionally(failure);
            }
        }
    }
}
