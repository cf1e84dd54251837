package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.troupe.metadata.Backup;
import io.troupe.metadata.LeadershipListener;
import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.backup.BackupWriter;
import io.troupe.metadata.internal.codec.BackupCodec;
import io.troupe.metadata.internal.formation.Identity;
import io.troupe.metadata.internal.node.AgentStore;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.spi.PeerChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata store of a voter: a replica of the state, kept by Ratis, behind the submit, session, gateway, formation
 * and follow cores, which all run on the node's one metadata thread.
 *
 * <p>A transaction goes: caller, metadata thread (submit), gateway of the leader (this process, or another over the
 * {@link PeerChannel}), Raft log, apply thread of every voter, and back by the leader's metadata thread. Reads never
 * leave the process.
 *
 * <p>Logging: Ratis logs hundreds of lines at INFO through slf4j; set {@code org.apache.ratis} to ERROR. Its gRPC logs
 * through java.util.logging; {@link RatisNode} sets {@code org.apache.ratis.thirdparty.io.grpc} to SEVERE unless the
 * application has set a level. Per JVM, all voters in it share Ratis' gRPC event loops and its timeout scheduler.
 *
 * <p>What was measured, informally: three voters in one JVM, fsync on, 100-byte values, two cores that other work kept
 * busy, the last round of two runs after warm-up. One transaction after the other: p50 1.4 to 2.1 ms, p99 8 to 15 ms.
 * 256 outstanding: 25,000 to 34,000 transactions a second; 4,096 outstanding: 46,000 to 180,000. The first round is two to
 * three times slower. A voter at rest has two threads of ours, seven to ten of Ratis, and a share of the JVM's gRPC and
 * timer threads; it uses about 5 % of a core with the DEFAULT preset, of which our two threads are a small part.
 */
public final class RatisMetadataStore extends AgentStore {
    private static final Logger LOG = LoggerFactory.getLogger(RatisMetadataStore.class);

    private final VoterStart start;
    private final Replica replica;
    private final BackupWriter backups;

    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private @Nullable Thread starter;
    private volatile boolean closing;
    private final AtomicBoolean dead = new AtomicBoolean();
    private volatile @Nullable MetadataException startFailure;

    /**
     * A store that is not started.
     *
     * @param config  the configuration of a voter
     * @param channel reaches other nodes
     */
    public RatisMetadataStore(MetadataConfig config, PeerChannel channel) {
        super(config, channel, StateView.EMPTY);
        Path dir = config.directory();
        if (dir == null) {
            throw new MetadataException(
                    Code.BAD_CONFIG,
                    "voter " + config.nodeId() + " has no data directory: set one that survives restarts");
        }
        start = new VoterStart(config, dir, agent, this::die);
        backups = new BackupWriter(config.nodeId());
        replica = new Replica(config, agent, start, hub, this::die);
    }

    @Override
    public synchronized CompletableFuture<Void> start() {
        if (starter == null && !closing) {
            Thread thread = new Thread(this::startUp, "troupe-" + config.nodeId() + "-start");
            thread.setDaemon(true);
            starter = thread;
            thread.start();
        } else if (closing) {
            started.completeExceptionally(closed());
        }
        return started;
    }

    @Override
    public synchronized CompletableFuture<Void> bootstrap() {
        return starter != null
                ? start.bootstrap()
                : CompletableFuture.failedFuture(new MetadataException(
                        Code.BAD_CONFIG, "node " + config.nodeId() + " is not started: call start before bootstrap"));
    }

    @Override
    public boolean keeps(String key) {
        return true;
    }

    @Override
    public void onLeadership(LeadershipListener listener) {
        replica.leadership().add(listener);
    }

    @Override
    public boolean isLeader() {
        return replica.leadership().isLeading();
    }

    @Override
    public void close() {
        Thread starting;
        synchronized (this) {
            closing = true;
            starting = starter;
        }
        start.end(closed());
        if (starting != null && starting != Thread.currentThread()) {
            try {
                starting.join(2 * RatisNode.CLOSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        release();
    }

    /** {@return the Raft server of a started store, for tests of this package} */
    @Nullable
    RatisNode raft() {
        return replica.raft();
    }

    @Override
    public CompletableFuture<Void> transferLeadership(String nodeId, Duration limit) {
        Identity.Group group = start.group();
        Identity.Member to = group == null ? null : group.member(nodeId);
        if (to == null || nodeId.equals(config.nodeId())) {
            return CompletableFuture.failedFuture(new MetadataException(
                    Code.BAD_CONFIG, "node " + nodeId + " is no other voter of this cluster: name one of " + voters()));
        }
        if (!isLeader()) {
            return super.transferLeadership(nodeId, limit);
        }
        return replica.transferLeadership(to, limit);
    }

    @Override
    public List<MetadataConfig.Voter> voters() {
        Identity.Group group = start.group();
        return group == null
                ? config.voters()
                : group.members().stream().map(Identity.Member::voter).toList();
    }

    @Override
    public CompletableFuture<Void> addVoter(MetadataConfig.Voter voter, Duration limit) {
        return isLeader() ? replica.membership().add(voter, limit) : super.addVoter(voter, limit);
    }

    @Override
    public CompletableFuture<Void> removeVoter(String nodeId, Duration limit) {
        return isLeader() ? replica.membership().remove(nodeId, limit) : super.removeVoter(nodeId, limit);
    }

    @Override
    public CompletableFuture<Backup> backup(Path file) {
        return backups.write(file, new BackupWriter.Source() {
            @Override
            public CompletableFuture<Long> barrier() {
                return RatisMetadataStore.this.barrier();
            }

            @Override
            public StateView state() {
                return (StateView) hub.view();
            }

            @Override
            public BackupCodec.Head head(long revision) {
                Identity.Group group = start.group();
                return new BackupCodec.Head(
                        config.clusterName(),
                        group == null ? "" : group.clusterId(),
                        config.nodeId(),
                        System.currentTimeMillis(),
                        revision);
            }
        });
    }

    // ------------------------------------------------------------------ start and stop

    private void startUp() {
        try {
            hub.start();
            replica.begin(start.form());
            agent.execute(() -> {}); // Its turns look for a leader from here on.
            start.awaitLeader();
            started.complete(null);
        } catch (MetadataException e) {
            failStart(e);
        } catch (RuntimeException | LinkageError e) {
            failStart(new MetadataException(Code.FAILED, "node " + config.nodeId() + " cannot start: " + e, e));
        }
    }

    private void failStart(MetadataException failure) {
        agent.end(failure);
        startFailure = failure;
        release(); // Frees everything first: who learns of the failure may start another node at once.
    }

    /** Frees everything; the callers learn first. Idempotent, by one thread at a time. */
    private synchronized void release() {
        closing = true;
        agent.end(closed());
        replica.close();
        backups.close();
        hub.close();
        agent.execute(() -> replica.onClose(closed()));
        agent.close();
        start.unlock();
        started.completeExceptionally(startFailure == null ? closed() : startFailure);
    }

    private MetadataException closed() {
        return new MetadataException(Code.CLOSED, "the metadata store of node " + config.nodeId() + " is closed");
    }

    // ------------------------------------------------------------------ its end

    @Override
    protected long turn(long nowNs) {
        return replica.turn(nowNs);
    }

    @Override
    protected void onBroken(Throwable cause) {
        die("an invariant of its metadata thread is broken", cause);
    }

    /** A replica that cannot go on says so; it never pretends to live. */
    private void die(String what, @Nullable Throwable cause) {
        RatisNode running = replica.raft();
        boolean leftOut = running != null && start.isMember() && running.isLeftOut();
        die(new MetadataException(
                Code.FAILED,
                "the metadata replica of node " + config.nodeId() + " is dead, " + what
                        + (cause == null ? "" : " (" + cause + ")")
                        + (leftOut ? ", because the newest voters it has seen are without it" : "")
                        + ": restart the node",
                cause == null ? new IllegalStateException(what) : cause));
    }

    private void die(MetadataException failure) {
        if (closing || !dead.compareAndSet(false, true)) {
            return;
        }
        LOG.error("{}", failure.getMessage(), failure.getCause());
        agent.end(failure);
        agent.execute(() -> replica.onDeath(failure));
        start.end(failure);
        RatisNode running = replica.raft();
        if (running != null) {
            // A replica that cannot write would go on refusing its leader for ever.
            Thread closer = new Thread(running::close, "troupe-" + config.nodeId() + "-fail");
            closer.setDaemon(true);
            closer.start();
        }
    }
}
