package io.troupe.metadata.internal.ratis;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.formation.Identity;
import io.troupe.metadata.internal.formation.Identity.Member;
import io.troupe.metadata.internal.formation.VoterSyncProtocol;
import io.troupe.metadata.internal.node.NodeAgent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who votes in a further group: drives {@link VoterSyncProtocol} with this node's Raft server, and answers the
 * invitations of other leaders. Made before the node knows who it is.
 */
final class SyncedVoters implements GroupVoters {
    private static final Logger LOG = LoggerFactory.getLogger(SyncedVoters.class);
    private static final int INVITE = 1;
    private static final int JOINED = 2;

    private final MetadataConfig config;
    private final NodeAgent agent;
    private final Supplier<Identity.@Nullable Group> first;
    private final BooleanSupplier firstIsDead;
    private final Supplier<@Nullable RatisNode> raft;
    private final Supplier<CompletableFuture<?>> join;
    private @Nullable String self;
    private @Nullable VoterSyncProtocol protocol;

    /**
     * Of a node that does not lead.
     *
     * @param first the voters of the first group as this node knew them last
     * @param firstIsDead whether it hears no more of that group
     * @param raft  this group while it runs
     * @param join  lets this node's Raft server have the group; completes when it has it
     */
    SyncedVoters(
            MetadataConfig config,
            NodeAgent agent,
            Supplier<Identity.@Nullable Group> first,
            BooleanSupplier firstIsDead,
            Supplier<@Nullable RatisNode> raft,
            Supplier<CompletableFuture<?>> join) {
        this.config = config;
        this.agent = agent;
        this.first = first;
        this.firstIsDead = firstIsDead;
        this.raft = raft;
        this.join = join;
        agent.onProtocol(NodeAgent.VOTERS_PROTOCOL, this::onMessage);
    }

    /**
     * This node knows who it is; before its Raft server has the group.
     *
     * @param peerId its peer id
     */
    void begin(String peerId) {
        agent.execute(() -> {
            self = peerId;
            protocol = new VoterSyncProtocol(agent.name().number(), peerId, new SyncOutput());
        });
    }

    @Override
    public boolean isMember() {
        RatisNode running = raft.get();
        return running != null && !running.isLeftOut();
    }

    /** The committed voters are looked at when they are needed. */
    @Override
    public void onConfiguration(long index, Map<String, String> peers) {}

    @Override
    public void onLeading() {
        lead(true);
    }

    @Override
    public void onNotLeading() {
        lead(false);
    }

    /** Nobody waits here. */
    @Override
    public void end(MetadataException failure) {}

    @Override
    public long turn(long nowNs) {
        VoterSyncProtocol sync = protocol;
        Identity.Group known = first.get();
        RatisNode running = raft.get();
        if (sync == null || known == null || running == null) {
            return Long.MAX_VALUE;
        }
        if (sync.nextWakeNs() - nowNs <= 0) {
            sync.flush(members(running, known), firstIsDead.getAsBoolean() ? null : known.members(), nowNs);
        }
        return sync.nextWakeNs();
    }

    private void lead(boolean leading) {
        if (protocol != null) {
            protocol.onLeading(leading, System.nanoTime());
        }
    }

    private static @Nullable List<Member> members(RatisNode running, Identity.Group known) {
        Map<String, String> peers = running.committedVoters();
        return peers == null
                ? null
                : peers.entrySet().stream()
                        .map(peer -> VoterMembership.member(known, peer.getKey(), peer.getValue()))
                        .toList();
    }

    private void onMessage(String from, ByteReader message) {
        int type = message.readByte();
        String peerId = message.readString();
        message.expectEnd();
        if (type == INVITE && peerId.equals(self)) {
            CompletableFuture<?> unused = join.get().whenComplete((joined, failure) -> {
                if (failure == null) {
                    agent.execute(() -> say(from, JOINED, peerId));
                } else {
                    LOG.warn("node {}: cannot take up the group, its leader asks again", agent.name(), failure);
                }
            });
        } else if (type == JOINED && protocol != null) {
            protocol.onJoined(peerId);
        }
    }

    private void say(String to, int type, String peerId) {
        agent.send(to, NodeAgent.VOTERS_PROTOCOL, writer -> {
            writer.writeByte(type);
            writer.writeString(peerId);
        });
    }

    private final class SyncOutput extends RaftVoters implements VoterSyncProtocol.Output {
        SyncOutput() {
            super(raft, config);
        }

        @Override
        public void invite(Member joiner) {
            say(joiner.voter().nodeId(), INVITE, joiner.peerId());
        }

        @Override
        public void propose(List<Member> current, List<Member> wanted) {
            CompletableFuture<?> unused = setVoters(current, wanted).whenComplete((reply, failure) -> {
                if (failure == null) {
                    LOG.info("node {}: the voters are {}", agent.name(), wanted);
                } else {
                    LOG.warn(
                            "node {}: the voters did not become {}, tried again: {}",
                            agent.name(),
                            wanted,
                            RatisNode.rootOf(failure));
                }
                agent.execute(() -> {
                    if (protocol != null) {
                        protocol.onDecided();
                    }
                });
            });
        }

        @Override
        public void handOver(Member to) {
            RatisNode running = raft.get();
            if (running != null) {
                CompletableFuture<?> unused = running.transferLeadership(
                                to.peerId(), 2L * config.election().maxMillis())
                        .whenComplete((reply, failure) -> LOG.info(
                                "node {}: handing over to {}: {}",
                                agent.name(),
                                to.voter().nodeId(),
                                failure == null ? "done" : RatisNode.rootOf(failure)));
            }
        }
    }
}
