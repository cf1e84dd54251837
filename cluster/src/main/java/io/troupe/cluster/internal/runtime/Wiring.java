package io.troupe.cluster.internal.runtime;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.NodeAddress;
import io.troupe.cluster.internal.coordinator.Coordinator;
import io.troupe.cluster.internal.delivery.DeliveryLimits;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.LogTls;
import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataStores;
import io.troupe.metadata.Txn;
import io.troupe.metadata.spi.PeerChannel;
import io.troupe.transport.Lane;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.MessagingSystems;
import io.troupe.transport.NodeTls;
import io.troupe.transport.TlsFiles;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.TransportException;
import org.agrona.BitUtil;
import org.jspecify.annotations.Nullable;

/** Translates the cluster's configuration and failures from and to those of the modules below. */
final class Wiring {
    /** Keep-alives and the leader's ticks in one lease: several may be lost before the lease passes. */
    private static final int TICKS_PER_LEASE = 6;

    /** Frames kept for a shard that is about to be ours. */
    private static final int MAX_HELD = 4096;

    /** How long the first formation waits for the last seed before shards are given out without it. */
    private static final long FORMATION_NS = 10_000_000_000L;

    /** What the log's own messages between nodes need, with their headers. */
    private static final int LEAST_FRAME = 512 * 1024;

    private static final int LEAST_RING = 4 * 1024 * 1024;

    private Wiring() {}

    /** Null if the configuration says nothing of TLS. */
    static @Nullable NodeTls tls(ClusterConfig config) {
        TlsFiles files = config.tls();
        try {
            return files == null ? null : NodeTls.open(files, config.clusterName(), config.nodeId());
        } catch (TransportException e) {
            throw new ClusterException(
                    code(e), "node " + config.nodeId() + " cannot start with TLS: " + e.getMessage(), e);
        }
    }

    static MessagingSystem messaging(
            ClusterConfig config, @Nullable NodeTls tls, boolean bulk, MessagingSystem.FrameHandler frames) {
        return MessagingSystems.tcp(transport(config, tls, bulk), frames);
    }

    static TransportConfig transport(ClusterConfig config, @Nullable NodeTls tls, boolean bulk) {
        int frame = Math.max(LEAST_FRAME, config.maxMessageLength() + Links.MAX_HEADER_LENGTH);
        TransportConfig.Builder builder = TransportConfig.builder(config.nodeId())
                .identity(config.identity())
                .lanes(Lane.CONTROL, bulk ? new Lane[] {Lane.ORDINARY, Lane.BULK} : new Lane[] {Lane.ORDINARY})
                .ringCapacity(Math.max(LEAST_RING, BitUtil.findNextPositivePowerOfTwo(2 * frame)))
                .maxFrameLength(frame)
                .spin(config.spin())
                .idleStrategy(config.idling().strategies())
                .threadingMode(config.threadingMode())
                .unixSockets(config.unixSockets())
                .circuitBreaker(
                        config.circuitBreaker().failures(),
                        config.circuitBreaker().reset());
        if (config.secret() != null) {
            builder.secret(config.secret());
        }
        if (tls != null) {
            builder.tls(tls);
        }
        NodeAddress self = config.self();
        InetSocketAddress listen = config.hosting().address();
        if (self != null) {
            builder.bind(self.host(), self.messagingPort());
        } else if (listen != null) {
            builder.bind(listen.getHostString(), listen.getPort());
        }
        for (NodeAddress seed : config.seeds()) {
            if (!seed.nodeId().equals(config.nodeId())) {
                NodeAddress dialled = config.dialAddress(seed);
                builder.node(seed.nodeId(), dialled.host(), dialled.messagingPort());
            }
        }
        return builder.build();
    }

    static MetadataStore store(ClusterConfig config, @Nullable NodeTls tls, PeerChannel peers) {
        MetadataConfig.Builder builder = MetadataConfig.builder(config.nodeId())
                .clusterName(config.clusterName())
                .groups(1 + config.stateGroups())
                .election(config.election())
                .followPrefixes(ClusterKeys.ALL)
                .sessionTick(config.lease().dividedBy(TICKS_PER_LEASE))
                .formationTimeout(config.startTimeout());
        for (NodeAddress seed : config.seeds()) {
            builder.voter(seed.nodeId(), seed.host(), seed.raftPort());
        }
        for (NodeAddress dialled : config.dialAddresses()) {
            builder.dialAddress(dialled.nodeId(), dialled.host(), dialled.raftPort());
        }
        InetSocketAddress joining = config.joining();
        if (joining != null) {
            builder.joining(joining.getHostString(), joining.getPort());
        }
        if (tls != null) {
            builder.tls(new LogTls(tls.keyManager(), tls.trustManager()));
        }
        if (config.dataDir() != null) {
            builder.directory(config.dataDir());
        }
        if (config.restoreFrom() != null) {
            builder.restoreFrom(config.restoreFrom());
        }
        return MetadataStores.open(builder.build(), peers);
    }

    static DeliveryLimits limits(ClusterConfig config) {
        DeliveryLimits defaults = DeliveryLimits.DEFAULT;
        return new DeliveryLimits(
                config.maxUnsettled(), config.retry().toNanos(), defaults.maxRetryNs(), defaults.maxWindow(), MAX_HELD);
    }

    /** True if the store was too busy to take a transaction: then it will never be applied, and may be tried again. */
    static boolean wasNotProposed(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        return cause instanceof MetadataException known && known.code() == MetadataException.Code.BUSY;
    }

    /**
     * Waits until this node has applied a revision that is committed already. On an idle cluster a voter learns that an
     * entry is committed with the next one, or with the leader's next heartbeat: so there is a next one at once.
     */
    static CompletableFuture<Long> hear(MetadataStore store, long revision) {
        if (store.view().revision() < revision) {
            announceCommit(store);
        }
        return store.awaitRevision(revision);
    }

    /** Lets the other voters hear soon of what was committed last. Whether it is taken matters to nobody. */
    static void announceCommit(MetadataStore store) {
        CompletableFuture<?> unused = store.txn(Txn.EMPTY);
    }

    static Coordinator.Settings coordination(ClusterConfig config) {
        return new Coordinator.Settings(
                config.shards(),
                Set.copyOf(names(config.seeds())),
                FORMATION_NS,
                config.rebalanceAfter().toNanos(),
                config.maxMoves(),
                config.moveTimeout().toNanos(),
                config.minimumPeersQuorum());
    }

    static List<String> names(List<NodeAddress> seeds) {
        return seeds.stream().map(NodeAddress::nodeId).toList();
    }

    static ClusterException explain(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ClusterException known) {
            return known;
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof MetadataException metadata) {
            return new ClusterException(code(metadata), message, cause);
        }
        if (cause instanceof TransportException transport) {
            return new ClusterException(code(transport), message, cause);
        }
        return new ClusterException(ClusterException.Code.FAILED, "the node failed: " + cause, cause);
    }

    private static ClusterException.Code code(MetadataException failure) {
        return switch (failure.code()) {
            case BAD_CONFIG -> ClusterException.Code.BAD_CONFIG;
            case BAD_DIRECTORY, WIPED_VOTER -> ClusterException.Code.BAD_DIRECTORY;
            case PORT_IN_USE -> ClusterException.Code.PORT_IN_USE;
            case TIMEOUT -> ClusterException.Code.TIMEOUT;
            case CLOSED -> ClusterException.Code.CLOSED;
            case REMOVED_VOTER -> ClusterException.Code.BAD_DIRECTORY;
            case UNSAFE -> ClusterException.Code.UNSAFE;
            case BAD_BACKUP -> ClusterException.Code.BAD_BACKUP;
            case NOT_LEADING -> ClusterException.Code.NOT_LEADING;
            default -> ClusterException.Code.FAILED;
        };
    }

    private static ClusterException.Code code(TransportException failure) {
        return switch (failure.code()) {
            case PORT_IN_USE -> ClusterException.Code.PORT_IN_USE;
            case UNREGISTERED -> ClusterException.Code.UNREGISTERED;
            case BAD_CONFIG -> ClusterException.Code.BAD_CONFIG;
            default -> ClusterException.Code.FAILED;
        };
    }
}
