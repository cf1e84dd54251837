package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.formation.ClusterFile;
import io.troupe.metadata.internal.formation.Identity;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.slf4j.LoggerFactory;

/**
 * The Raft server of one voter: starts it with the voter's groups, closes it within a bound. The groups share its port
 * and its connections; each has a {@link RatisNode}.
 *
 * <p>Ratis starts every group that it finds in its storage directory, without voters. So the further groups have a
 * directory of their own that it is told only afterwards, and are started as the first one is: with the voters of the
 * formation, where nothing newer can be on the disk. A voter that was added later gets a group when the leader of that
 * group invites it.
 */
final class RatisServer {
    /** How long {@link #close} waits for Ratis, whose own close has no bound, in milliseconds. */
    static final long CLOSE_MILLIS = 5_000;

    /** Held for ever: a level set on a logger that nobody holds is forgotten with it. */
    private static final Logger GRPC_LOG = Logger.getLogger("org.apache.ratis.thirdparty.io.grpc");

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(RatisServer.class);

    private final MetadataConfig config;
    private final Identity identity;
    private final Identity.Group formed;
    private final Path further;
    private final RaftServer server;
    private final RaftPeerId peerId;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong lastCall = new AtomicLong();

    private RatisServer(
            MetadataConfig config, Identity identity, Identity.Group formed, Path further, RaftServer server) {
        this.config = config;
        this.identity = identity;
        this.formed = formed;
        this.further = further;
        this.server = server;
        peerId = server.getId();
    }

    /**
     * Starts the server of a formed voter, with those of its groups that it has by now.
     *
     * @param config   the node's configuration
     * @param identity the formed identity
     * @param file     where the logs belong
     * @param machines apply the entries, one of each group
     * @return the running server
     * @throws MetadataException with code FAILED if its data cannot be read
     */
    static RatisServer start(
            MetadataConfig config, Identity identity, ClusterFile file, List<MetadataStateMachine> machines) {
        if (GRPC_LOG.getLevel() == null) {
            GRPC_LOG.setLevel(Level.SEVERE); // It reports every connection that a stopped voter refuses.
        }
        Identity.Group formed = identity.group();
        if (formed == null) {
            throw new IllegalStateException("voter " + config.nodeId() + " is in no formed group: " + identity);
        }
        Voter self = self(config);
        // Ratis keeps the first address it is told for a peer, so what this node dials stays its own affair, also when
        // the configuration in the log carries the addresses of another node.
        List<RaftPeer> peers = peers(config, formed);
        List<RaftGroupId> ids = new ArrayList<>();
        for (int group = 0; group < machines.size(); group++) {
            ids.add(groupId(formed.clusterId(), group));
        }
        Path directory = file.raftDirectory();
        RaftServer server = null;
        try {
            server = RaftServer.newBuilder()
                    .setServerId(RaftPeerId.valueOf(new Identity.Member(self, identity.storageId()).peerId()))
                    // A node that joins starts without voters, and waits: with a list it might stand for election.
                    .setGroup(
                            identity.isMember() ? RaftGroup.valueOf(ids.get(0), peers) : RaftGroup.valueOf(ids.get(0)))
                    .setProperties(RatisProperties.of(config, self, directory))
                    .setParameters(RatisProperties.parameters(config.tls()))
                    .setStateMachineRegistry(id -> machines.get(Math.max(0, ids.indexOf(id))))
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .build();
            server.getServerRpc().addRaftPeers(peers);
            server.start();
            RatisServer started = new RatisServer(config, identity, formed, file.furtherDirectory(), server);
            if (machines.size() > 1) {
                directory = file.furtherDirectory();
                RaftServerConfigKeys.setStorageDir(server.getProperties(), List.of(directory.toFile()));
                for (int group = 1; group < machines.size(); group++) {
                    started.addKnown(group);
                }
            }
            return started;
        } catch (IOException | RuntimeException e) {
            if (server != null) {
                close(config.nodeId(), server);
            }
            throw new MetadataException(
                    Code.FAILED,
                    "the Raft server of voter " + config.nodeId() + " cannot start from " + directory + ": "
                            + RatisNode.rootOf(e)
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
                            ? "Raft port " + RatisNode.address(voter)
                                    + " is in use: stop the other process or give node " + voter.nodeId()
                                    + " another port in the seed list"
                            : "Raft port " + RatisNode.address(voter) + " cannot be bound (" + e + "): give node "
                                    + voter.nodeId() + " an address of this machine in the seed list",
                    e);
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

    /** The id of the first group is that of the cluster, those of the others follow from it. */
    private static RaftGroupId groupId(String clusterId, int group) {
        return RaftGroupId.valueOf(
                group == 0
                        ? UUID.fromString(clusterId)
                        : UUID.nameUUIDFromBytes((clusterId + "/" + group).getBytes(StandardCharsets.UTF_8)));
    }

    private static List<RaftPeer> peers(MetadataConfig config, Identity.Group formed) {
        return formed.members().stream()
                .map(member -> RatisNode.peer(member, config.dialAddress(member.voter())))
                .toList();
    }

    /**
     * Without a directory and with the voters of the formation it was never started, so all voters start it with the
     * same ones. What is on the disk knows better.
     */
    private void addKnown(int group) {
        RaftGroupId id = groupId(formed.clusterId(), group);
        boolean untouched = identity.isMember() && formed.version() == 0;
        if (untouched || Files.exists(further.resolve(id.getUuid().toString()))) {
            add(RaftGroup.valueOf(id, untouched ? peers(config, formed) : List.of()))
                    .join();
        }
    }

    /**
     * Lets the server have a further group, empty and without voters; nothing if it has it.
     *
     * @param group the group's number
     * @return completes when the group runs and waits to be added
     */
    CompletableFuture<?> join(int group) {
        RaftGroupId id = groupId(formed.clusterId(), group);
        return has(group) ? CompletableFuture.completedFuture(null) : add(RaftGroup.valueOf(id));
    }

    private CompletableFuture<?> add(RaftGroup group) {
        return server.groupManagementAsync(
                        GroupManagementRequest.newAdd(clientId, peerId, lastCall.incrementAndGet(), group, false))
                .thenApply(RatisNode::successful);
    }

    /** {@return true if the server has the group} */
    boolean has(int group) {
        return has(groupId(formed.clusterId(), group));
    }

    private boolean has(RaftGroupId id) {
        for (RaftGroupId known : server.getGroupIds()) {
            if (known.equals(id)) {
                return true;
            }
        }
        return false;
    }

    /** {@return a group of this server} */
    RatisNode node(int group) {
        return new RatisNode(config, this, groupId(formed.clusterId(), group));
    }

    /** {@return the running server} */
    RaftServer raft() {
        return server;
    }

    /** Stops one group, and leaves its files. Blocks, without a bound. */
    void stop(RaftGroupId group) {
        if (!has(group)) {
            return; // It has stopped by itself.
        }
        try {
            server.groupManagementAsync(GroupManagementRequest.newRemove(
                            clientId, peerId, lastCall.incrementAndGet(), group, false, false))
                    .join();
        } catch (RuntimeException e) {
            LOG.warn("node {}: stopping group {} failed", config.nodeId(), group, e);
        }
    }

    /** Closes the server and frees its port, within {@link #CLOSE_MILLIS}. */
    void close() {
        close(config.nodeId(), server);
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
}
