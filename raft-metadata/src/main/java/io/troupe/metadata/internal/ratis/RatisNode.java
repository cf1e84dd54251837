package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
import java.util.logging.Logger;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.formation.Identity;
import io.troupe.metadata.internal.state.Outcome;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The Raft server of one voter: starts it, puts entries into its log, closes it within a bound. */
final class RatisNode {
    /** How long {@link #close} waits for Ratis, whose own close has no bound, in milliseconds. */
    static final long CLOSE_MILLIS = 5_000;

    /** Held for ever: a level set on a logger that nobody holds is forgotten with it. */
    private static final Logger GRPC_LOG = Logger.getLogger("org.apache.ratis.thirdparty.io.grpc");

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(RatisNode.class);

    private final MetadataConfig config;
    private final String nodeId;
    private final RaftServer server;
    private final RaftPeerId peerId;
    private final RaftGroupId groupId;
    private final ClientId clientId = ClientId.randomId();
    private long lastCall;

    private RatisNode(MetadataConfig config, RaftServer server, RaftPeerId peerId, RaftGroupId groupId) {
        this.config = config;
        nodeId = config.nodeId();
        this.server = server;
        this.peerId = peerId;
        this.groupId = groupId;
    }

    /**
     * Starts the server of a formed voter.
     *
     * @param config    the node's configuration
     * @param identity  the formed identity
     * @param directory where the log belongs
     * @param machine   applies the entries
     * @return the running server
     * @throws MetadataException with code BAD_DIRECTORY if its data cannot be read, else FAILED
     */
    static RatisNode start(MetadataConfig config, Identity identity, Path directory, MetadataStateMachine machine) {
        if (GRPC_LOG.getLevel() == null) {
            GRPC_LOG.setLevel(Level.SEVERE); // It reports every connection that a stopped voter refuses.
        }
        Identity.Group formed = identity.group();
        if (formed == null) {
            throw new IllegalStateException("voter " + config.nodeId() + " is in no formed group: " + identity);
        }
        Voter self = self(config);
        RaftGroupId groupId = RaftGroupId.valueOf(UUID.fromString(formed.clusterId()));
        // Ratis keeps the first address it is told for a peer, so what this node dials stays its own affair, also when
        // the
        // configuration in the log carries the addresses of another node.
        List<RaftPeer> peers = formed.members().stream()
                .map(member -> peer(member, config.dialAddress(member.voter())))
                .toList();
        RaftPeerId peerId = RaftPeerId.valueOf(new Identity.Member(self, identity.storageId()).peerId());
        RaftProperties properties = RatisProperties.of(config, self, directory);
        Parameters parameters = RatisProperties.parameters(config.tls());
        RaftServer server = null;
        try {
            server = RaftServer.newBuilder()
                    .setServerId(peerId)
                    // A node that joins starts without voters, and waits: with a list it might stand for election.
                    .setGroup(identity.isMember() ? RaftGroup.valueOf(groupId, peers) : RaftGroup.valueOf(groupId))
                    .setProperties(properties)
                    .setParameters(parameters)
                    .setStateMachine(machine)
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .build();
            server.getServerRpc().addRaftPeers(peers);
            server.start();
            return new RatisNode(config, server, peerId, groupId);
        } catch (IOException | RuntimeException e) {
            if (server != null) {
                close(config.nodeId(), server);
            }
            throw new MetadataException(
                    Code.FAILED,
                    "the Raft server of voter " + config.nodeId() + " cannot start from " + directory + ": " + rootOf(e)
                            + ": if its files are damaged, remove this voter and add a new one",
                    e);
        }
    }

    /**
     * Checks that the Raft port is free, because Ratis' own complaint names no port.
     *
     * @param voter the voter
     * @throws MetadataException with code PORT_IN_USE
     */
    static void checkPort(Voter voter) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(voter.host(), voter.raftPort()));
        } catch (IOException e) {
            boolean taken = String.valueOf(e.getMessage()).contains("in use");
            throw new MetadataException(
                    Code.PORT_IN_USE,
                    taken
                            ? "Raft port " + address(voter) + " is in use: stop the other process or give node "
                                    + voter.nodeId() + " another port in the seed list"
                            : "Raft port " + address(voter) + " cannot be bound (" + e + "): give node "
                                    + voter.nodeId() + " an address of this machine in the seed list",
                    e);
        }
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
     * {@return the peers that have answered this leader within a time, itself among them; only itself if it does not lead}
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

    /** {@return this node and its Raft address} */
    static Voter self(MetadataConfig config) {
        Voter self = config.self();
        if (self == null) {
            throw new IllegalStateException("node " + config.nodeId() + " is no voter");
        }
        return self;
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

    /** Closes the server and frees its port, within {@link #CLOSE_MILLIS}. */
    void close() {
        close(nodeId, server);
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

    private static void close(String nodeId, RaftServer server) {
        Thread closer = new Thread(
                () -> {
                    try {
                        server.close();
                    } catch (IOException | RuntimeException e) {
                        LOG.warn("node {}: closing the Raft server failed", nodeId, e);
                    }
                },
                "troupe-" + nodeId + "-close");
        closer.setDaemon(true);
        closer.start();
        try {
            closer.join(CLOSE_MILLIS);
            if (closer.isAlive()) {
                LOG.warn("node {}: the Raft server has not closed within {} ms", nodeId, CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static RaftClientReply successful(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new CompletionException(reply.getException());
        }
        return reply;
    }

    private static List<RaftPeer> peers(List<Identity.Member> members) {
        return members.stream().map(member -> peer(member, member.voter())).toList();
    }

    private static RaftPeer peer(Identity.Member member, Voter at) {
        return RaftPeer.newBuilder()
                .setId(member.peerId())
                .setAddress(address(at))
                .build();
    }

    private static String address(Voter voter) {
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
