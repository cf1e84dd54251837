package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.formation.Identity;
import io.troupe.metadata.internal.state.Outcome;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** One group of a voter's Raft server: puts entries into its log, changes its voters and leader, says how it is. */
final class RatisNode {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(RatisNode.class);

    private final MetadataConfig config;
    private final String nodeId;
    private final RatisServer host;
    private final RaftServer server;
    private final RaftPeerId peerId;
    private final RaftGroupId groupId;
    private final ClientId clientId = ClientId.randomId();
    private long lastCall;

    RatisNode(MetadataConfig config, RatisServer host, RaftGroupId groupId) {
        this.config = config;
        nodeId = config.nodeId();
        this.host = host;
        server = host.raft();
        peerId = server.getId();
        this.groupId = groupId;
    }

    /**
     * Puts an entry into the log, behind those proposed before it. On the metadata thread only.
     *
     * @param commands the encoded commands
     * @return their outcomes, or null when the outcome is unknown; completes on a thread of Ratis
     */
    CompletableFuture<@Nullable List<Outcome>> propose(List<byte[]> commands) {
        Message entry = Message.valueOf(UnsafeByteOperations.unsafeWrap(EntryCodec.join(commands)));
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(peerId)
                .setGroupId(groupId)
                .setCallId(++lastCall)
                .setType(RaftClientRequest.writeRequestType())
                .setMessage(entry)
                .build();
        CompletableFuture<RaftClientReply> reply;
        try {
            reply = server.submitClientRequestAsync(request);
        } catch (IOException | RuntimeException e) {
            reply = CompletableFuture.failedFuture(e);
        }
        return reply.handle(RatisNode::outcomes);
    }

    /**
     * Hands the leadership to another peer. On the metadata thread only.
     *
     * @param to     the peer
     * @param millis how long that may take
     * @return completes when this peer no longer leads, exceptionally if it still does
     */
    CompletableFuture<?> transferLeadership(String to, long millis) {
        try {
            return server.transferLeadershipAsync(new TransferLeadershipRequest(
                            clientId, peerId, groupId, ++lastCall, RaftPeerId.valueOf(to), millis))
                    .thenApply(RatisNode::successful);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Proposes other voters. On the metadata thread only.
     *
     * @param current what they must be now
     * @param wanted  what they shall be
     * @return completes when a majority of both has confirmed it; exceptionally if it was refused or is unknown
     */
    CompletableFuture<?> setVoters(List<Identity.Member> current, List<Identity.Member> wanted) {
        try {
            // What this node dials is its own affair, what the log says is not.
            server.getServerRpc()
                    .addRaftPeers(wanted.stream()
                            .filter(member -> !current.contains(member))
                            .map(member -> peer(member, config.dialAddress(member.voter())))
                            .toList());
            SetConfigurationRequest.Arguments change = SetConfigurationRequest.Arguments.newBuilder()
                    .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                    .setServersInCurrentConf(peers(current))
                    .setServersInNewConf(peers(wanted))
                    .build();
            return server.setConfigurationAsync(
                            new SetConfigurationRequest(clientId, peerId, groupId, ++lastCall, change))
                    .thenApply(RatisNode::successful);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Gives up the leadership, and with it what is proposed and not decided. On the metadata thread only. */
    void stepDown(long millis) {
        try {
            var unused = server.transferLeadershipAsync(
                            new TransferLeadershipRequest(clientId, peerId, groupId, ++lastCall, null, millis))
                    .whenComplete((reply, failure) -> LOG.info("node {}: steps down: {}", nodeId, reply));
        } catch (IOException | RuntimeException e) {
            LOG.warn("node {}: cannot step down", nodeId, e);
        }
    }

    /**
     * {@return the peers that have answered this leader within a time, itself among them; only itself if it does not
     * lead}
     *
     * @param withinMillis the time
     */
    Set<String> answering(long withinMillis) {
        Set<String> peers = new TreeSet<>(Set.of(peerId.toString()));
        try {
            for (ServerRpcProto follower : server.getDivision(groupId)
                    .getInfo()
                    .getRoleInfoProto()
                    .getLeaderInfo()
                    .getFollowerInfoList()) {
                if (follower.getLastRpcElapsedTimeMs() <= withinMillis) {
                    peers.add(follower.getId().getId().toStringUtf8());
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("node {}: asked for its followers while it stops", nodeId, e);
        }
        return peers;
    }

    /** {@return true if the server runs in full: it appends, and votes} */
    boolean canVote() {
        try {
            return server.getDivision(groupId).getInfo().getLifeCycleState().isRunning();
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** {@return true if the newest voters that this server has seen, committed or not, are without it} */
    boolean isLeftOut() {
        try {
            return server.getDivision(groupId).getRaftConf().getCurrentPeers().stream()
                    .noneMatch(peer -> peer.getId().equals(peerId));
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** {@return the term Ratis is in, racy: good for hints} */
    long term() {
        try {
            return server.getDivision(groupId).getInfo().getCurrentTerm();
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    /** {@return the effective settings, as the running server has them} */
    RaftProperties properties() {
        return server.getProperties();
    }

    /** {@return the running server, for tests of this package} */
    RaftServer.Division division() throws IOException {
        return server.getDivision(groupId);
    }

    /**
     * {@return the voters that Raft has committed and this replica has applied, their peer ids and addresses; null
     * while others are proposed or none were written}
     */
    @Nullable
    Map<String, String> committedVoters() {
        try {
            RaftServer.Division division = server.getDivision(groupId);
            RaftConfiguration voters = division.getRaftConf();
            if (voters.getLogEntryIndex() < 0
                    || voters.getLogEntryIndex() > division.getInfo().getLastAppliedIndex()
                    || !voters.getPreviousPeers().isEmpty()) {
                return null;
            }
            Map<String, String> peers = new TreeMap<>();
            voters.getCurrentPeers().forEach(peer -> peers.put(peer.getId().toString(), peer.getAddress()));
            return peers;
        } catch (IOException | RuntimeException e) {
            return null; // It stops.
        }
    }

    /** Stops this group and leaves the others. Blocks, without a bound. */
    void stop() {
        host.stop(groupId);
    }

    /** NotLeader, timeout, closed: none of them says that the entry will not be applied. */
    private static @Nullable List<Outcome> outcomes(@Nullable RaftClientReply reply, @Nullable Throwable failure) {
        if (failure == null
                && reply != null
                && reply.isSuccess()
                && reply.getMessage() instanceof AppliedMessage applied) {
            return applied.outcomes();
        }
        return null;
    }

    static RaftClientReply successful(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new CompletionException(reply.getException());
        }
        return reply;
    }

    private static List<RaftPeer> peers(List<Identity.Member> members) {
        return members.stream().map(member -> peer(member, member.voter())).toList();
    }

    static RaftPeer peer(Identity.Member member, Voter at) {
        return RaftPeer.newBuilder()
                .setId(member.peerId())
                .setAddress(address(at))
                .build();
    }

    static String address(Voter voter) {
        return voter.host() + ":" + voter.raftPort();
    }

    static String rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }
}
