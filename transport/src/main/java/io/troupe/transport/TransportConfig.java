package io.troupe.transport;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * How one node speaks to the others. Immutable; built by {@link #builder(String)}, which reports every error at once.
 */
public final class TransportConfig {
    /** The longest node id, in bytes of UTF-8. */
    public static final int MAX_NODE_ID_BYTES = 128;

    /** The longest identity, in bytes of UTF-8. */
    public static final int MAX_IDENTITY_BYTES = 1024;

    /**
     * How long an agent looks for work before it sleeps: not at all with two processors or fewer, else 20 microseconds.
     */
    public static final Duration DEFAULT_SPIN =
            Runtime.getRuntime().availableProcessors() <= 2 ? Duration.ZERO : Duration.ofNanos(20_000);

    /** The longest time that an agent can look for work before it sleeps. */
    public static final Duration MAX_SPIN = Duration.ofSeconds(1);

    /** The longest frame that can be allowed, in bytes. */
    public static final int MAX_FRAME_LENGTH = 64 * 1024 * 1024;

    /** The longest that a time may be: in nanoseconds, times are added to each other and to the clock. */
    private static final Duration MAX_TIME = Duration.ofDays(365);

    private static final int DEFAULT_MAX_FRAME_LENGTH = 1024 * 1024;
    private static final int MAX_CONTROL_RING_CAPACITY = 4 * 1024 * 1024;
    private static final int MIN_RING_CAPACITY = 4096;
    private static final int MAX_RING_CAPACITY = 1 << 29;
    private static final int MAX_PORT = 65_535;

    private final Builder values;

    private TransportConfig(Builder values) {
        this.values = values;
    }

    /**
     * Starts a configuration.
     *
     * @param nodeId the id of this node
     * @return a builder with every default set
     */
    public static Builder builder(String nodeId) {
        return new Builder(nodeId);
    }

    /** {@return the id of this node} */
    public String nodeId() {
        return values.nodeId;
    }

    /** {@return the address to listen on, unresolved; null for a node that only dials} */
    public @Nullable InetSocketAddress bind() {
        return values.bind;
    }

    /** {@return what both ends of a link must agree on} */
    public String identity() {
        return values.identity;
    }

    /** {@return what both ends of a link must prove to know, or null} */
    public @Nullable ClusterSecret secret() {
        return values.secret;
    }

    /** {@return the TLS of this node, or null: then nothing is encrypted, and no certificate is asked for} */
    public @Nullable NodeTls tls() {
        return values.tls;
    }

    /** {@return how often the files of the certificate are looked at} */
    public Duration tlsRefresh() {
        return values.tlsRefresh;
    }

    /** {@return the nodes to dial, by id, unresolved} */
    public Map<String, InetSocketAddress> nodes() {
        return Collections.unmodifiableMap(values.nodes);
    }

    /** {@return the lanes that this node wants to have} */
    public Set<Lane> lanes() {
        return Collections.unmodifiableSet(values.lanes);
    }

    /**
     * {@return the bytes of one link's send ring}
     *
     * @param lane on which lane
     */
    public int ringCapacity(Lane lane) {
        return lane == Lane.CONTROL ? Math.min(MAX_CONTROL_RING_CAPACITY, values.ringCapacity) : values.ringCapacity;
    }

    /** {@return the longest body of a frame on any lane, in bytes} */
    public int maxFrameLength() {
        return values.maxFrameLength > 0
                ? values.maxFrameLength
                : Math.min(DEFAULT_MAX_FRAME_LENGTH, values.ringCapacity / 2);
    }

    /**
     * {@return the longest body of a frame, in bytes}
     *
     * @param lane on which lane
     */
    public int maxFrameLength(Lane lane) {
        return Math.min(maxFrameLength(), ringCapacity(lane) / 2);
    }

    /** {@return the bytes of one link's receive buffer; it is made longer if a frame would not fit} */
    public int receiveBufferLength() {
        return values.receiveBufferLength;
    }

    /** {@return after how long without a write a link sends a heartbeat} */
    public Duration heartbeatInterval() {
        return values.heartbeatInterval;
    }

    /** {@return after how long without a byte from the other node a connection is given up} */
    public Duration linkTimeout() {
        return values.linkTimeout;
    }

    /** {@return for how long a session waits for its connection to be made again} */
    public Duration sessionTimeout() {
        return values.sessionTimeout;
    }

    /** {@return for how long an end that reads nothing keeps its connection while the ring is full} */
    public Duration stallTimeout() {
        return values.stallTimeout;
    }

    /** {@return the failures in a row that open the circuit of a link} */
    public int circuitFailures() {
        return values.circuitFailures;
    }

    /** {@return how long an open circuit takes no frame at most} */
    public Duration circuitReset() {
        return values.circuitReset;
    }

    /** {@return the longest pause before the first redial} */
    public Duration redialFirst() {
        return values.redialFirst;
    }

    /** {@return the longest pause between redials while a link is down for less than {@link #redialFastPeriod()}} */
    public Duration redialCap() {
        return values.redialCap;
    }

    /** {@return how long a lost link is redialled fast} */
    public Duration redialFastPeriod() {
        return values.redialFastPeriod;
    }

    /** {@return the longest pause between redials after {@link #redialFastPeriod()}} */
    public Duration redialSlowCap() {
        return values.redialSlowCap;
    }

    /** {@return how long a connection may take from its first packet to the end of its handshake} */
    public Duration handshakeTimeout() {
        return values.handshakeTimeout;
    }

    /** {@return how many accepted connections may be without a finished handshake} */
    public int maxUnauthenticated() {
        return values.maxUnauthenticated;
    }

    /** {@return how many other nodes this one knows at most} */
    public int maxLinks() {
        return values.maxLinks;
    }

    /** {@return how long the agent polls before it blocks in the selector} */
    public Duration spin() {
        return values.spin;
    }

    /** {@return what makes the idle strategy of the agent; null for one that sleeps in the selector} */
    public @Nullable Supplier<? extends IdleStrategy> idleStrategy() {
        return values.idleStrategy;
    }

    /** {@return whether nodes of this host are spoken to over Unix-domain sockets} */
    public UnixSockets unixSockets() {
        return values.unixSockets;
    }

    /** {@return which threads drive the links} */
    public ThreadingMode threadingMode() {
        return values.threadingMode;
    }

    /** Collects the values. */
    public static final class Builder {
        private final String nodeId;
        private final Map<String, InetSocketAddress> nodes = new LinkedHashMap<>();
        private final List<String> errors = new ArrayList<>();
        private @Nullable InetSocketAddress bind;
        private String identity = "";
        private @Nullable ClusterSecret secret;
        private @Nullable NodeTls tls;
        private Duration tlsRefresh = Duration.ofSeconds(5);
        private Set<Lane> lanes = EnumSet.of(Lane.ORDINARY);
        private int ringCapacity = 4 * 1024 * 1024;
        /** 0 means the default, which depends on the ring. */
        private int maxFrameLength;

        private int receiveBufferLength = 256 * 1024;
        private Duration heartbeatInterval = Duration.ofMillis(200);
        private Duration linkTimeout = Duration.ofSeconds(2);
        private Duration sessionTimeout = Duration.ofSeconds(10);
        private Duration stallTimeout = Duration.ofSeconds(10);
        private int circuitFailures = 5;
        private Duration circuitReset = Duration.ofSeconds(30);
        private Duration redialFirst = Duration.ofMillis(20);
        private Duration redialCap = Duration.ofMillis(200);
        private Duration redialFastPeriod = Duration.ofSeconds(30);
        private Duration redialSlowCap = Duration.ofSeconds(5);
        private Duration handshakeTimeout = Duration.ofSeconds(5);
        private int maxUnauthenticated = 64;
        private int maxLinks = 128;
        private Duration spin = DEFAULT_SPIN;
        private @Nullable Supplier<? extends IdleStrategy> idleStrategy;
        private ThreadingMode threadingMode = ThreadingMode.SHARED;
        private UnixSockets unixSockets = UnixSockets.of(UnixSockets.Mode.OFF);

        private Builder(String nodeId) {
            this.nodeId = nodeId;
        }

        private Builder(Builder from) {
            nodeId = from.nodeId;
            nodes.putAll(from.nodes);
            bind = from.bind;
            identity = from.identity;
            secret = from.secret;
            tls = from.tls;
            tlsRefresh = from.tlsRefresh;
            lanes = EnumSet.copyOf(from.lanes);
            ringCapacity = from.ringCapacity;
            maxFrameLength = from.maxFrameLength;
            receiveBufferLength = from.receiveBufferLength;
            heartbeatInterval = from.heartbeatInterval;
            linkTimeout = from.linkTimeout;
            sessionTimeout = from.sessionTimeout;
            stallTimeout = from.stallTimeout;
            circuitFailures = from.circuitFailures;
            circuitReset = from.circuitReset;
            redialFirst = from.redialFirst;
            redialCap = from.redialCap;
            redialFastPeriod = from.redialFastPeriod;
            redialSlowCap = from.redialSlowCap;
            handshakeTimeout = from.handshakeTimeout;
            maxUnauthenticated = from.maxUnauthenticated;
            maxLinks = from.maxLinks;
            spin = from.spin;
            idleStrategy = from.idleStrategy;
            threadingMode = from.threadingMode;
            unixSockets = from.unixSockets;
        }

        /**
         * Where to listen. Without it the node only dials.
         *
         * @param host the host
         * @param port the port; 0 lets the system choose
         * @return this
         */
        public Builder bind(String host, int port) {
            bind = address("bind", host, port, 0);
            return this;
        }

        /**
         * What both ends of a link must agree on, as text for a person: the cluster's name and the seed list.
         *
         * @param value at most 1 KiB; empty by default
         * @return this
         */
        public Builder identity(String value) {
            identity = value;
            return this;
        }

        /**
         * Links only to nodes that prove that they know a secret, and proves it to them. Without one whoever reaches
         * the port can be a node.
         *
         * @param value the secret, the same on every node
         * @return this builder
         */
        public Builder secret(ClusterSecret value) {
            secret = value;
            return this;
        }

        /**
         * Speaks TLS on every connection, and links only to nodes whose certificate names them. Say it on every node or
         * on none: a port speaks one or the other.
         *
         * @param value the certificate of this node, and whom it trusts
         * @return this builder
         */
        public Builder tls(NodeTls value) {
            tls = value;
            return this;
        }

        /**
         * How often the files of the certificate are looked at; connections made after that use what is newer.
         *
         * @param interval 5 s by default
         * @return this builder
         */
        public Builder tlsRefresh(Duration interval) {
            tlsRefresh = interval;
            return this;
        }

        /**
         * A node to dial.
         *
         * @param id   its id
         * @param host its host
         * @param port its messaging port
         * @return this
         */
        public Builder node(String id, String host, int port) {
            InetSocketAddress address = address("node " + id, host, port, 1);
            if (nodes.put(id, address) != null) {
                errors.add("node " + id + " is given twice");
            }
            return this;
        }

        /**
         * The lanes to have with every node, each with a ring, a receive buffer and a connection of its own. A link has
         * the lanes that either of its ends wants.
         *
         * @param first one of them; {@link Lane#ORDINARY} alone by default
         * @param more  the others
         * @return this
         */
        public Builder lanes(Lane first, Lane... more) {
            lanes = EnumSet.of(first, more);
            return this;
        }

        /**
         * The length of the send ring of a lane: what is under way to a node on it, and not known to have arrived, at
         * most. The ring of {@link Lane#CONTROL} has no more than 4 MiB of it.
         *
         * @param bytes a power of two; 4 MiB by default
         * @return this
         */
        public Builder ringCapacity(int bytes) {
            ringCapacity = bytes;
            return this;
        }

        /**
         * The longest body of a frame. One longer than 64 KiB goes in parts; while they come, the other end keeps up to
         * twice the bytes that have come on its heap, for each link, and never more than this.
         *
         * @param bytes at most half of the ring and 64 MiB; by default 1 MiB, or half of a smaller ring
         * @return this
         */
        public Builder maxFrameLength(int bytes) {
            maxFrameLength = bytes == 0 ? -1 : bytes;
            return this;
        }

        /**
         * The length of a link's receive buffer.
         *
         * @param bytes 256 KiB by default
         * @return this
         */
        public Builder receiveBufferLength(int bytes) {
            receiveBufferLength = bytes;
            return this;
        }

        /**
         * After how long without a write a heartbeat is sent.
         *
         * @param value 200 ms by default
         * @return this
         */
        public Builder heartbeatInterval(Duration value) {
            heartbeatInterval = value;
            return this;
        }

        /**
         * After how long without a byte from the other node a connection is given up.
         *
         * @param value 2 s by default
         * @return this
         */
        public Builder linkTimeout(Duration value) {
            linkTimeout = value;
            return this;
        }

        /**
         * For how long a session waits for its connection to be made again, and frames are accepted meanwhile. Zero
         * ends it with the connection.
         *
         * @param value 10 s by default
         * @return this
         */
        public Builder sessionTimeout(Duration value) {
            sessionTimeout = value;
            return this;
        }

        /**
         * For how long an end that reads nothing keeps its connection while the ring is full. The session goes on over
         * the next connection.
         *
         * @param value 10 s by default; exact to a heartbeat interval
         * @return this
         */
        public Builder stallTimeout(Duration value) {
            stallTimeout = value;
            return this;
        }

        /**
         * When frames are refused with {@link Offer#CIRCUIT_OPEN}: once so many connections in a row were lost with
         * frames under way of which none arrived. The next connection lets a few frames through to find out, so does
         * the passing of the reset time; the first frame that arrives closes the circuit.
         *
         * @param failures 5 by default
         * @param reset    30 s by default
         * @return this
         */
        public Builder circuitBreaker(int failures, Duration reset) {
            circuitFailures = failures;
            circuitReset = reset;
            return this;
        }

        /**
         * The pauses between redials: random between 0 and a bound that doubles from {@code first} to {@code cap}.
         *
         * @param first      the first bound, 20 ms by default
         * @param cap        the last bound while the link is down for less than {@code fastPeriod}, 200 ms by default
         * @param fastPeriod 30 s by default
         * @param slowCap    the bound after that, 5 s by default
         * @return this
         */
        public Builder redial(Duration first, Duration cap, Duration fastPeriod, Duration slowCap) {
            redialFirst = first;
            redialCap = cap;
            redialFastPeriod = fastPeriod;
            redialSlowCap = slowCap;
            return this;
        }

        /**
         * How long a handshake may take.
         *
         * @param value 5 s by default
         * @return this
         */
        public Builder handshakeTimeout(Duration value) {
            handshakeTimeout = value;
            return this;
        }

        /**
         * How many accepted connections may be without a finished handshake. For a further one the oldest is closed of
         * the host that has the most of them.
         *
         * @param count 64 by default
         * @return this
         */
        public Builder maxUnauthenticated(int count) {
            maxUnauthenticated = count;
            return this;
        }

        /**
         * How many other nodes this one knows at most; each lane costs a ring and two buffers once linked.
         *
         * @param count 128 by default
         * @return this
         */
        public Builder maxLinks(int count) {
            maxLinks = count;
            return this;
        }

        /**
         * How long the agent looks for work after the last, before it sleeps. As long as it looks it is woken by no
         * system call, and has a processor for itself: with as many such threads as processors all of them wait for
         * each other.
         *
         * @param value {@link #DEFAULT_SPIN} without it, {@link #MAX_SPIN} for an agent that hardly ever sleeps
         * @return this
         */
        public Builder spin(Duration value) {
            spin = value;
            return this;
        }

        /**
         * What the agent does in place of sleeping in the selector when there was nothing to do; {@code spin} means
         * nothing then. It looks at every socket and every ring each time, is woken by nobody, and lends nothing to
         * senders. A strategy that sleeps for long makes every frame and every heartbeat late by as much.
         *
         * @param strategies makes one for each agent, such as {@link Idling#strategies()} or {@code () -> new
         *     BackoffIdleStrategy(100, 10, 1_000, 50_000)}; null for the selector, as without it
         * @return this
         */
        public Builder idleStrategy(@Nullable Supplier<? extends IdleStrategy> strategies) {
            idleStrategy = strategies;
            return this;
        }

        /**
         * Speaks to nodes of this host over Unix-domain sockets. Say the same directory on all of them.
         *
         * @param value off by default
         * @return this
         */
        public Builder unixSockets(UnixSockets value) {
            unixSockets = value;
            return this;
        }

        /**
         * Which threads drive the links. With {@link ThreadingMode#INVOKER} {@code spin} and {@code idleStrategy} mean
         * nothing, and looking up a name that is no address, and the handshakes of TLS, still have threads of their own
         * while they have work.
         *
         * @param value SHARED by default
         * @return this
         */
        public Builder threadingMode(ThreadingMode value) {
            threadingMode = value;
            return this;
        }

        /**
         * Checks the values.
         *
         * @return the configuration
         * @throws TransportException {@code BAD_CONFIG}, naming every value that cannot work
         */
        public TransportConfig build() {
            List<String> found = new ArrayList<>(errors);
            checkNames(found);
            checkLengths(found);
            checkTimes(found);
            if (!found.isEmpty()) {
                throw new TransportException(
                        TransportException.Code.BAD_CONFIG, "transport configuration: " + String.join("; ", found));
            }
            return new TransportConfig(new Builder(this));
        }

        private void checkNames(List<String> found) {
            if (!isNodeId(nodeId)) {
                found.add("nodeId \"" + nodeId + "\" must have 1 to " + MAX_NODE_ID_BYTES + " bytes");
            }
            for (String id : nodes.keySet()) {
                if (!isNodeId(id)) {
                    found.add("the id of node \"" + id + "\" must have 1 to " + MAX_NODE_ID_BYTES + " bytes");
                } else if (id.equals(nodeId)) {
                    found.add("node " + id + " is this node: leave it out of the nodes to dial");
                }
            }
            if (tls != null && !tls.nodeId().equals(nodeId)) {
                found.add("the certificate is that of node " + tls.nodeId() + ", and this is node " + nodeId
                        + ": give it its own");
            }
            int identityBytes = identity.getBytes(StandardCharsets.UTF_8).length;
            if (identityBytes > MAX_IDENTITY_BYTES) {
                found.add("identity has " + identityBytes + " bytes, the limit is " + MAX_IDENTITY_BYTES);
            }
            if (maxLinks < Math.max(1, nodes.size())) {
                found.add("maxLinks (" + maxLinks + ") must be at least the number of nodes to dial (" + nodes.size()
                        + ")");
            }
            if (maxUnauthenticated < 1) {
                found.add("maxUnauthenticated (" + maxUnauthenticated + ") must be at least 1");
            }
        }

        private void checkLengths(List<String> found) {
            if (Integer.bitCount(ringCapacity) != 1
                    || ringCapacity < MIN_RING_CAPACITY
                    || ringCapacity > MAX_RING_CAPACITY) {
                found.add("ringCapacity (" + ringCapacity + ") must be a power of two from " + MIN_RING_CAPACITY
                        + " to " + MAX_RING_CAPACITY);
            } else if (maxFrameLength < 0 || maxFrameLength > Math.min(MAX_FRAME_LENGTH, ringCapacity / 2)) {
                found.add("maxFrameLength (" + Math.max(0, maxFrameLength) + ") must be from 1 to half of ringCapacity"
                        + " and at most 64 MiB (" + Math.min(MAX_FRAME_LENGTH, ringCapacity / 2) + ")");
            }
            if (receiveBufferLength < 1) {
                found.add("receiveBufferLength (" + receiveBufferLength + ") must be at least 1");
            }
        }

        private void checkTimes(List<String> found) {
            positive(found, "heartbeatInterval", heartbeatInterval);
            positive(found, "handshakeTimeout", handshakeTimeout);
            positive(found, "redialFirst", redialFirst);
            positive(found, "stallTimeout", stallTimeout);
            positive(found, "circuit reset", circuitReset);
            positive(found, "tlsRefresh", tlsRefresh);
            notNegative(found, "sessionTimeout", sessionTimeout);
            notNegative(found, "redialFastPeriod", redialFastPeriod);
            notTooLong(found, "linkTimeout", linkTimeout);
            notTooLong(found, "redialCap", redialCap);
            notTooLong(found, "redialSlowCap", redialSlowCap);
            if (linkTimeout.dividedBy(2).compareTo(heartbeatInterval) < 0) {
                found.add("linkTimeout (" + linkTimeout + ") must be at least twice heartbeatInterval ("
                        + heartbeatInterval + ")");
            }
            if (circuitFailures < 1) {
                found.add("circuit failures (" + circuitFailures + ") must be at least 1");
            }
            if (redialCap.compareTo(redialFirst) < 0 || redialSlowCap.compareTo(redialCap) < 0) {
                found.add("redial bounds must not fall: first " + redialFirst + ", cap " + redialCap + ", slow cap "
                        + redialSlowCap);
            }
            if (spin.isNegative() || spin.compareTo(MAX_SPIN) > 0) {
                found.add("spin (" + spin + ") must be between zero and " + MAX_SPIN);
            }
        }

        private static void positive(List<String> found, String name, Duration value) {
            if (value.isNegative() || value.isZero()) {
                found.add(name + " (" + value + ") must be longer than zero");
            }
            notTooLong(found, name, value);
        }

        private static void notNegative(List<String> found, String name, Duration value) {
            if (value.isNegative()) {
                found.add(name + " (" + value + ") must not be negative");
            }
            notTooLong(found, name, value);
        }

        private static void notTooLong(List<String> found, String name, Duration value) {
            if (value.compareTo(MAX_TIME) > 0) {
                found.add(name + " (" + value + ") must be at most " + MAX_TIME);
            }
        }

        private InetSocketAddress address(String name, String host, int port, int lowestPort) {
            if (host.isBlank() || port < lowestPort || port > MAX_PORT) {
                errors.add(name + ": address \"" + host + ":" + port + "\" must have a host and a port from "
                        + lowestPort + " to " + MAX_PORT);
                return InetSocketAddress.createUnresolved("invalid", 1);
            }
            return InetSocketAddress.createUnresolved(host, port);
        }

        private static boolean isNodeId(String id) {
            return !id.isBlank() && id.getBytes(StandardCharsets.UTF_8).length <= MAX_NODE_ID_BYTES;
        }
    }
}
