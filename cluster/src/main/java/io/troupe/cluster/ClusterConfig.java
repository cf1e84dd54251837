package io.troupe.cluster;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.transport.ClusterSecret;
import io.troupe.transport.Idling;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.TlsFiles;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.UnixSockets;
import org.jspecify.annotations.Nullable;

/**
 * One node's configuration. A node of the seed list votes, keeps the log in its data directory and owns shards. Any
 * other node has no vote and no log: with an address to listen on it owns shards too, without one it is a client that
 * only sends. Immutable; {@link Builder#build()} checks it.
 *
 * @param nodeId       this node
 * @param clusterName  the name all nodes of the cluster share
 * @param seeds        the static seed list, the same on every node
 * @param dataDir      where a seed keeps its log; null for other nodes
 * @param hosting      what this node offers to the cluster
 * @param lease        how long a silent node keeps its shards; shorter fails over sooner, longer tolerates pauses
 * @param election     how soon a lost leader is replaced
 * @param shards       number of shards of the default set, fixed when the cluster is first formed
 * @param setShards    room for the shards of other sets, all together; the same on every node
 * @param stateGroups  how many Raft groups the state of entities is spread over; 0 keeps it in that of the cluster
 * @param startTimeout how long {@link Cluster#start} waits for the cluster
 * @param maxUnsettled messages waiting for their outcome, per target shard, before senders are told BACK_PRESSURED
 * @param maxUnsettledBytes bytes of long messages waiting for their outcome on this node, before senders are told
 *     BACK_PRESSURED
 * @param maxMessageLength the longest message with its target, in bytes; links to nodes that take less take less
 * @param maxSpawned   names that spawned actors may bear at a time; every node keeps all of them in memory
 * @param retry        the first wait before an unsettled message is sent again
 * @param rebalanceAfter how long the set of nodes must have been the same before shards move for balance
 * @param maxMoves     shards that may move at a time
 * @param moveTimeout  how long the move of a shard may take before it is called off
 * @param minimumPeersQuorum with fewer live nodes that can own shards none is given out or moved, and no node gets
 *     ready
 * @param joining      where this node's log is reached, if it was or is to be added to the voters at run time; else
 *     null
 * @param secret       what every node of the cluster must prove to know before a link to it is made; null for none
 * @param dialAddresses seeds that this node dials elsewhere than the seed list says; its own affair, never compared
 * @param restoreFrom  the backup that a new cluster starts from, the same on every seed; null for an empty one
 * @param tls          where this node's certificate, key and trusted authorities are; null to encrypt nothing
 * @param spin         how long the thread of the links looks for work before it sleeps
 * @param idling       what the thread of the links does while there is nothing to do
 * @param threadingMode whether one thread drives all lanes of the links, or each lane has one
 * @param circuitBreaker when frames to a node at which none arrives are refused
 * @param unixSockets  whether links to nodes of the same host use Unix-domain sockets; never compared
 */
public record ClusterConfig(
        String nodeId,
        String clusterName,
        List<NodeAddress> seeds,
        @Nullable Path dataDir,
        Hosting hosting,
        Duration lease,
        Election election,
        int shards,
        int setShards,
        int stateGroups,
        Duration startTimeout,
        int maxUnsettled,
        long maxUnsettledBytes,
        int maxMessageLength,
        int maxSpawned,
        Duration retry,
        Duration rebalanceAfter,
        int maxMoves,
        Duration moveTimeout,
        int minimumPeersQuorum,
        @Nullable InetSocketAddress joining,
        @Nullable ClusterSecret secret,
        List<NodeAddress> dialAddresses,
        @Nullable Path restoreFrom,
        @Nullable TlsFiles tls,
        Duration spin,
        Idling idling,
        ThreadingMode threadingMode,
        CircuitBreaker circuitBreaker,
        UnixSockets unixSockets) {

    /** Most shards of one cluster. */
    public static final int MAX_SHARDS = 65_536;

    /** Bytes of the longest message with its target, unless the configuration says otherwise. */
    public static final int DEFAULT_MESSAGE_LENGTH = 1024 * 1024;

    /** Most bytes that the longest message can be allowed to have: 64 MiB, less 4 KiB. */
    public static final int MAX_MESSAGE_LENGTH = TransportConfig.MAX_FRAME_LENGTH - 4096;

    /** Names of spawned actors, unless the configuration says otherwise. */
    public static final int DEFAULT_SPAWNED = 10_000;

    /** Most Raft groups for the state of entities. */
    public static final int MAX_STATE_GROUPS = MetadataConfig.MAX_GROUPS - 1;

    /** Most names of spawned actors: a node looks at all of them when one comes or goes. */
    public static final int MAX_SPAWNED = 1_000_000;

    private static final double MIN_CAPACITY = 0.01;

    private static final double MAX_CAPACITY = 1000;

    /**
     * Starts a configuration.
     *
     * @param nodeId this node's id
     * @return the builder
     */
    public static Builder builder(String nodeId) {
        return new Builder(nodeId);
    }

    /**
     * Reads a properties file: {@code node.id, cluster.name, seeds} (comma-separated
     * {@code id@host:messagingPort:raftPort}), {@code data.dir, listen, joining} ({@code host:port}),
     * {@code hosts.shards, capacity, roles} (comma-separated), {@code lease.millis, election} (FAST, DEFAULT or SAFE),
     * {@code shards, set.shards, state.groups, start.timeout.millis, max.unsettled, max.unsettled.bytes,
     * max.message.bytes, max.spawned, retry.millis, rebalance.after.millis, max.moves},
     * {@code move.timeout.millis, minimum.peers.quorum, spin.micros, circuit.failures, circuit.reset.millis},
     * {@code idling} (an {@link Idling}), {@code threading.mode} (SHARED or DEDICATED),
     * {@code unix.sockets} (OFF, AUTO or ON), {@code unix.socket.directory},
     * {@code secret.file, dial.addresses} (as {@code seeds}),
     * {@code restore.from, tls.certificate, tls.key, tls.trust}. An environment variable {@code TROUPE_NODE_ID} (and so
     * on) overrides its key.
     *
     * @param file the file
     * @return the configuration
     * @throws ClusterException with code BAD_CONFIG, naming every unknown key and bad value
     */
    public static ClusterConfig load(Path file) {
        return ClusterConfigFile.load(file, System.getenv());
    }

    /** {@return true if this node is in the seed list} */
    public boolean isSeed() {
        return self() != null;
    }

    /** {@return this node's entry of the seed list, or null} */
    public @Nullable NodeAddress self() {
        return seeds.stream()
                .filter(seed -> seed.nodeId().equals(nodeId))
                .findFirst()
                .orElse(null);
    }

    /**
     * {@return where this node dials a seed: its entry in the seed list, unless a dial address is set for it}
     *
     * @param seed the seed
     */
    public NodeAddress dialAddress(NodeAddress seed) {
        return dialAddresses.stream()
                .filter(dialled -> dialled.nodeId().equals(seed.nodeId()))
                .findFirst()
                .orElse(seed);
    }

    /** {@return how many shards there can be, with those of all sets} */
    public int allShards() {
        return shards + setShards;
    }

    /** {@return what every node of the cluster must agree on, as one line} */
    public String identity() {
        return "cluster '" + clusterName + "', " + shards + " + " + setShards + " shards, "
                + (stateGroups == 0 ? "" : stateGroups + " state groups, ") + "seeds ["
                + seeds.stream()
                        .sorted(Comparator.comparing(NodeAddress::nodeId))
                        .map(NodeAddress::toString)
                        .collect(Collectors.joining(", "))
                + "]";
    }

    /** Collects and checks a {@link ClusterConfig}. */
    public static final class Builder {
        private final String nodeId;
        private String clusterName = "troupe";
        private final List<NodeAddress> seeds = new ArrayList<>();
        private @Nullable Path dataDir;
        private @Nullable InetSocketAddress listen;
        private @Nullable Boolean hostsShards;
        private double capacity = 1.0;
        private final Set<String> roles = new TreeSet<>();
        private Duration lease = Duration.ofSeconds(3);
        private Election election = Election.DEFAULT;
        private int shards = 1024;
        private int setShards = 1024;
        private int stateGroups;
        private Duration startTimeout = Duration.ofSeconds(60);
        private int maxUnsettled = 8192;
        private long maxUnsettledBytes = Runtime.getRuntime().maxMemory() / 4;
        private int maxMessageLength = DEFAULT_MESSAGE_LENGTH;
        private int maxSpawned = DEFAULT_SPAWNED;
        private Duration retry = Duration.ofMillis(200);
        private Duration rebalanceAfter = Duration.ofSeconds(2);
        private int maxMoves = 32;
        private Duration moveTimeout = Duration.ofSeconds(5);
        private Duration spin = TransportConfig.DEFAULT_SPIN;
        private Idling idling = Idling.SELECTOR;
        private ThreadingMode threadingMode = ThreadingMode.SHARED;
        private CircuitBreaker circuitBreaker = CircuitBreaker.DEFAULT;
        private UnixSockets unixSockets = UnixSockets.of(UnixSockets.Mode.OFF);
        private int minimumPeersQuorum = 1;
        private @Nullable InetSocketAddress joining;
        private @Nullable ClusterSecret secret;
        private final List<NodeAddress> dialAddresses = new ArrayList<>();
        private @Nullable Path restoreFrom;
        private @Nullable TlsFiles tls;

        private Builder(String nodeId) {
            this.nodeId = nodeId;
        }

        /**
         * {@return this}
         *
         * @param name the name all nodes of the cluster share
         */
        public Builder clusterName(String name) {
            clusterName = name;
            return this;
        }

        /**
         * {@return this}
         *
         * @param value what every node of the cluster must prove to know before a link to it is made, the same on all
         *     of them; without one whoever reaches the messaging port can be a node. The log's port is not protected by
         *     it: that takes {@link #tls}
         */
        public Builder secret(ClusterSecret value) {
            secret = value;
            return this;
        }

        /**
         * Speaks TLS 1.3 on every connection, those of the log included, and only to nodes with a certificate of a
         * trusted authority. The certificate names its node as {@code troupe://cluster/node}. To be said on every node
         * or on none. The files are read when the node starts, and looked at again while it runs.
         *
         * @param files where they are
         * @return this
         */
        public Builder tls(TlsFiles files) {
            tls = files;
            return this;
        }

        /**
         * Adds a node to the static seed list; give every node the same list.
         *
         * @param seedId        its id
         * @param host          its host
         * @param messagingPort its port for messages
         * @param raftPort      its port for the replicated log
         * @return this
         */
        public Builder addNode(String seedId, String host, int messagingPort, int raftPort) {
            return addNode(new NodeAddress(seedId, host, messagingPort, raftPort));
        }

        /**
         * {@return this}
         *
         * @param seed a node of the static seed list
         */
        public Builder addNode(NodeAddress seed) {
            seeds.add(seed);
            return this;
        }

        /**
         * Dials a seed elsewhere than the seed list says, because a proxy or an address translation is in between. A
         * matter of this node alone: the seed list stays the same on every node.
         *
         * @param address the id of a seed, and the host and ports to dial
         * @return this
         */
        public Builder dialAddress(NodeAddress address) {
            dialAddresses.add(address);
            return this;
        }

        /**
         * {@return this}
         *
         * @param directory where this seed keeps its log; must survive restarts
         */
        public Builder dataDir(Path directory) {
            dataDir = directory;
            return this;
        }

        /**
         * Forms a new cluster that starts from a backup: told every seed, with the same backup and an empty data
         * directory, while no node of the old cluster runs. In later starts it may stay, and is not needed.
         *
         * @param backup what {@link ClusterManager#backup} has written
         * @return this
         */
        public Builder restoreFrom(Path backup) {
            restoreFrom = backup;
            return this;
        }

        /**
         * Listens on an address, so that a node outside the seed list can own shards; seeds listen where the seed list
         * says.
         *
         * @param host the host that other nodes dial
         * @param port its messaging port
         * @return this
         */
        public Builder listen(String host, int port) {
            listen = InetSocketAddress.createUnresolved(host, port);
            return this;
        }

        /**
         * Keeps a log and votes, once this node was added with {@link ClusterManager#addVoter}: its start waits for
         * that. For a node outside the seed list, which keeps this in every later start; and for a seed whose data
         * directory was lost, with the address that the seed list has.
         *
         * @param host     the host that the other voters dial
         * @param raftPort its port for the replicated log
         * @return this
         */
        public Builder joining(String host, int raftPort) {
            joining = InetSocketAddress.createUnresolved(host, raftPort);
            return this;
        }

        /**
         * {@return this}
         *
         * @param hosts false: own no shards, although this node listens; a seed then only keeps the log
         */
        public Builder hostsShards(boolean hosts) {
            hostsShards = hosts;
            return this;
        }

        /**
         * {@return this}
         *
         * @param share how many shards to own, relative to the capacity of other nodes; 1 by default
         */
        public Builder capacity(double share) {
            capacity = share;
            return this;
        }

        /**
         * {@return this}
         *
         * @param names what this node is for; kinds that ask for a role live only on nodes that have it
         */
        public Builder roles(String... names) {
            roles.addAll(List.of(names));
            return this;
        }

        /**
         * {@return this}
         *
         * @param duration how long a silent node keeps its shards
         */
        public Builder lease(Duration duration) {
            lease = duration;
            return this;
        }

        /**
         * {@return this}
         *
         * @param preset how soon a lost leader is replaced
         */
        public Builder election(Election preset) {
            election = preset;
            return this;
        }

        /**
         * {@return this}
         *
         * @param count number of shards, fixed when the cluster is first formed
         */
        public Builder shards(int count) {
            shards = count;
            return this;
        }

        /**
         * {@return this}
         *
         * @param count room for the shards of all sets of their own, the same on every node; 1024 by default
         */
        public Builder setShards(int count) {
            setShards = count;
            return this;
        }

        /**
         * {@return this}
         *
         * @param count how many further Raft groups keep the states of entities, each those of its part of the shards;
         *     fixed when the cluster is formed, and the same on every node. 0, as without it, keeps them in the group
         *     that the cluster itself needs. Meant for clusters that one log limits: see docs/operating.md
         */
        public Builder stateGroups(int count) {
            stateGroups = count;
            return this;
        }

        /**
         * {@return this}
         *
         * @param timeout how long start waits for the cluster
         */
        public Builder startTimeout(Duration timeout) {
            startTimeout = timeout;
            return this;
        }

        /**
         * {@return this}
         *
         * @param messages unsettled messages per target shard before BACK_PRESSURED
         */
        public Builder maxUnsettled(int messages) {
            maxUnsettled = messages;
            return this;
        }

        /**
         * {@return this}
         *
         * @param bytes of messages of 16 KiB and more that wait for their outcome on this node, to all shards together,
         *     before senders are told BACK_PRESSURED; at least one of {@link #maxMessageLength}. A quarter of the
         *     largest heap of this JVM without it. Shorter messages are bounded by {@link #maxUnsettled} alone
         */
        public Builder maxUnsettledBytes(long bytes) {
            maxUnsettledBytes = bytes;
            return this;
        }

        /**
         * {@return this}
         *
         * @param bytes of the longest message with its target; at least 64 KiB and at most {@link #MAX_MESSAGE_LENGTH}.
         *     A link keeps room for two of them at least. What a durable entity keeps or sends has to fit into one
         *     entry of the log, 1 MiB, whatever is said here
         */
        public Builder maxMessageLength(int bytes) {
            maxMessageLength = bytes;
            return this;
        }

        /**
         * {@return this}
         *
         * @param names names that spawned actors may bear before this node refuses to spawn one more
         */
        public Builder maxSpawned(int names) {
            maxSpawned = names;
            return this;
        }

        /**
         * {@return this}
         *
         * @param limit how long the thread of this node's links looks for work after the last, before it sleeps; {@link
         *     TransportConfig#DEFAULT_SPIN} without it. A second makes of it a thread that hardly ever sleeps: it
         *     answers sooner, and takes a processor for itself
         */
        public Builder spin(Duration limit) {
            spin = limit;
            return this;
        }

        /**
         * {@return this}
         *
         * @param what what the thread of this node's links does while there is nothing to do; {@code SELECTOR} without
         *     it, and only with that {@code spin} means something
         */
        public Builder idling(Idling what) {
            idling = what;
            return this;
        }

        /**
         * {@return this}
         *
         * @param mode {@code SHARED}, the default: one thread drives all lanes of this node's links; {@code DEDICATED}:
         *     each lane has one, so that what the cluster says to itself waits for no message that is handled: worth
         *     its threads where there are processors for them. {@code INVOKER} is for a messaging system used alone
         */
        public Builder threadingMode(ThreadingMode mode) {
            threadingMode = mode;
            return this;
        }

        /**
         * {@return this}
         *
         * @param rule when frames to a node at which none arrives are refused; {@link CircuitBreaker#DEFAULT} without
         *     it
         */
        public Builder circuitBreaker(CircuitBreaker rule) {
            circuitBreaker = rule;
            return this;
        }

        /**
         * {@return this}
         *
         * @param sockets whether links to nodes of the same host use Unix-domain sockets, and where these are; the log
         *     does not. Off without it
         */
        public Builder unixSockets(UnixSockets sockets) {
            unixSockets = sockets;
            return this;
        }

        /**
         * {@return this}
         *
         * @param first how long a message may be without an answer before it is sent again; every further wait is
         *     longer, up to a second. A durable commit under load takes tens of milliseconds: asking sooner only
         *     repeats what is under way
         */
        public Builder retry(Duration first) {
            retry = first;
            return this;
        }

        /**
         * {@return this}
         *
         * @param calm how long the set of nodes must have been the same before shards move for the sake of balance
         */
        public Builder rebalanceAfter(Duration calm) {
            rebalanceAfter = calm;
            return this;
        }

        /**
         * {@return this}
         *
         * @param shards how many shards may move at a time; each stands still for a few commits
         */
        public Builder maxMoves(int shards) {
            maxMoves = shards;
            return this;
        }

        /**
         * {@return this}
         *
         * @param limit how long the move of a shard may take; then it is called off, and the owner goes on
         */
        public Builder moveTimeout(Duration limit) {
            moveTimeout = limit;
            return this;
        }

        /**
         * With how few nodes the cluster still gives out shards: below it what is served goes on, but what a lost node
         * owned stays without an owner, so that a few survivors are not crushed by the load of all. Say the same on
         * every node. Default 1.
         *
         * @param nodes live nodes that can own shards
         * @return this
         */
        public Builder minimumPeersQuorum(int nodes) {
            minimumPeersQuorum = nodes;
            return this;
        }

        /**
         * Checks everything and reports all errors at once.
         *
         * @return the configuration
         * @throws ClusterException with code BAD_CONFIG, naming every error and its remedy
         */
        public ClusterConfig build() {
            List<String> errors = new ArrayList<>();
            ClusterConfigRules.checkSeeds(seeds, seedIds(), errors);
            ClusterConfigRules.checkDialAddresses(dialAddresses, seedIds(), errors);
            boolean isSeed = seeds.stream().anyMatch(seed -> seed.nodeId().equals(nodeId));
            if (!Names.isName(nodeId)) {
                errors.add(Names.refusal("node id", nodeId) + ": give every node an id of its own");
            }
            if (isSeed && dataDir == null) {
                errors.add("seed " + nodeId + " has no data directory: set dataDir to one that survives restarts");
            }
            if (!isSeed && dataDir != null && joining == null) {
                errors.add("node " + nodeId + " has a data directory but is not in the seed list " + seedIds()
                        + ": add it to the list on every node, remove dataDir to run without a vote, or set joining to"
                        + " be added to the voters");
            }
            checkJoining(isSeed, errors);
            if (restoreFrom != null && (!isSeed || joining != null)) {
                errors.add("node " + nodeId + " cannot restore " + restoreFrom + ", because it "
                        + (isSeed ? "joins" : "is not in the seed list")
                        + ": only seeds that form a new cluster do; the others get the state from them");
            }
            checkHosting(isSeed, errors);
            ClusterConfigRules.checkLease(lease, election, errors);
            ClusterConfig config = new ClusterConfig(
                    nodeId,
                    clusterName,
                    List.copyOf(seeds),
                    dataDir,
                    new Hosting(hostsShards == null ? isSeed || listen != null : hostsShards, listen, capacity, roles),
                    lease,
                    election,
                    shards,
                    setShards,
                    stateGroups,
                    startTimeout,
                    maxUnsettled,
                    maxUnsettledBytes,
                    maxMessageLength,
                    maxSpawned,
                    retry,
                    rebalanceAfter,
                    maxMoves,
                    moveTimeout,
                    minimumPeersQuorum,
                    joining,
                    secret,
                    List.copyOf(dialAddresses),
                    restoreFrom,
                    tls,
                    spin,
                    idling,
                    threadingMode,
                    circuitBreaker,
                    unixSockets);
            ClusterConfigRules.checkLimits(config, errors);
            if (!errors.isEmpty()) {
                throw new ClusterException(ClusterException.Code.BAD_CONFIG, String.join("; ", errors));
            }
            return config;
        }

        private void checkJoining(boolean isSeed, List<String> errors) {
            InetSocketAddress own = joining;
            if (own != null && (own.getPort() < 1 || own.getPort() > 65_535)) {
                errors.add("joining has port " + own.getPort() + ": ports are 1 to 65535");
            }
            if (own != null && own.getHostString().isBlank()) {
                errors.add("joining has no host: give the one that other voters dial");
            }
            if (own != null && !isSeed && dataDir == null) {
                errors.add("node " + nodeId
                        + " joins the voters but has no data directory: set dataDir to one that survives restarts");
            }
        }

        private void checkHosting(boolean isSeed, List<String> errors) {
            InetSocketAddress own = listen;
            if (own != null && isSeed) {
                errors.add("seed " + nodeId + " listens where the seed list says: remove listen");
            } else if (own != null && (own.getPort() < 1 || own.getPort() > 65_535)) {
                errors.add("listen has port " + own.getPort() + ": ports are 1 to 65535");
            }
            if (own != null && own.getHostString().isBlank()) {
                errors.add("listen has no host: give the one that other nodes dial");
            }
            if (own == null && !isSeed && Boolean.TRUE.equals(hostsShards)) {
                errors.add(
                        "node " + nodeId + " is to own shards but nobody can dial it: set listen to its host and port");
            }
            if (!(capacity >= MIN_CAPACITY && capacity <= MAX_CAPACITY)) {
                errors.add("capacity (" + capacity + ") must be between " + MIN_CAPACITY + " and " + MAX_CAPACITY);
            }
            for (String role : roles) {
                if (!Names.isName(role)) {
                    errors.add(Names.refusal("role", role));
                }
            }
        }

        private List<String> seedIds() {
            return seeds.stream().map(NodeAddress::nodeId).sorted().toList();
        }
    }
}
