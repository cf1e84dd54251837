package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.Backup;
import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.internal.backup.BackupWriter;
import io.troupe.metadata.internal.codec.BackupCodec;
import io.troupe.metadata.internal.formation.Identity;
import io.troupe.metadata.internal.node.GroupChannels;
import io.troupe.metadata.internal.node.GroupName;
import io.troupe.metadata.internal.node.StatesOfGroups;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.spi.PeerChannel;
import org.jspecify.annotations.Nullable;

/**
 * The metadata store of a voter, that of its first group: a replica of the state, kept by Ratis, behind the submit,
 * session, gateway, formation and follow cores, which all run on the group's one metadata thread. It owns what the
 * groups of the node share: its directory, its Raft server, who votes, the start and the end.
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
 * 256 outstanding: 25,000 to 34,000 transactions a second; 4,096 outstanding: 46,000 to 180,000. The first round is two
 * to three times slower. A voter at rest has two threads of ours, seven to ten of Ratis, and a share of the JVM's gRPC
 * and timer threads; it uses about 5 % of a core with the DEFAULT preset, of which our two threads are a small part.
 */
public final class RatisMetadataStore extends ReplicaStore {
    private final VoterStart start;
    private final VoterMembership membership;
    private final Replica replica;
    private final List<FurtherStore> further;
    private volatile @Nullable RatisServer server;
    private final BackupWriter backups;

    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private @Nullable Thread starter;
    private volatile @Nullable MetadataException startFailure;

    /**
     * A store that is not started.
     *
     * @param config  the configuration of a voter
     * @param channel reaches other nodes
     */
    public RatisMetadataStore(MetadataConfig config, PeerChannel channel) {
        this(config, new GroupChannels(config.nodeId(), config.groups(), channel));
    }

    private RatisMetadataStore(MetadataConfig config, GroupChannels channels) {
        super(config, new GroupName(config.nodeId(), 0), channels.of(0));
        Path dir = config.directory();
        if (dir == null) {
            throw new MetadataException(
                    Code.BAD_CONFIG,
                    "voter " + config.nodeId() + " has no data directory: set one that survives restarts");
        }
        start = new VoterStart(config, dir, agent, this::die);
        backups = new BackupWriter(config.nodeId());
        membership = new VoterMembership(config, agent, start, this::raft, this::behind);
        replica = new Replica(config, agent, hub, start.ready(), membership, this::die);
        List<FurtherStore> others = new ArrayList<>();
        for (int group = 1; group < config.groups(); group++) {
            GroupName name = new GroupName(config.nodeId(), group);
            others.add(new FurtherStore(config, name, channels.of(group), this, () -> server));
        }
        further = List.copyOf(others);
        belongTogether(all());
    }

    /** The stores of all groups, in order. */
    private List<ReplicaStore> all() {
        List<ReplicaStore> all = new ArrayList<>(further);
        all.add(0, this);
        return List.copyOf(all);
    }

    /** It is not put on hold, so a renewal would wait for a tick. */
    @Override
    public CompletableFuture<Long> point() {
        return point(() -> txn(Txn.EMPTY).thenApply(TxnResult::revision));
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
    public void close() {
        Thread starting;
        synchronized (this) {
            closing = true;
            starting = starter;
        }
        start.end(closed());
        further.forEach(store -> store.end(closed()));
        if (starting != null && starting != Thread.currentThread()) {
            try {
                starting.join(2 * RatisServer.CLOSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        release();
    }

    @Override
    public CompletableFuture<Void> addVoter(MetadataConfig.Voter voter, Duration limit) {
        return isLeader() ? membership.add(voter, limit) : super.addVoter(voter, limit);
    }

    @Override
    public CompletableFuture<Void> removeVoter(String nodeId, Duration limit) {
        return isLeader() ? membership.remove(nodeId, limit) : super.removeVoter(nodeId, limit);
    }

    @Override
    public CompletableFuture<Backup> backup(Path file) {
        return backups.write(file, new BackupWriter.Source() {
            @Override
            public CompletableFuture<List<StateView>> states() {
                return StatesOfGroups.of(all(), RatisMetadataStore.this::onThread);
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

    private void onThread(Runnable step) {
        agent.execute(step);
        MetadataException over = agent.ended();
        if (over != null) {
            throw over; // The thread may be gone already.
        }
    }

    // ------------------------------------------------------------------ start and stop

    private void startUp() {
        try {
            hub.start();
            begin(start.form());
            start.awaitLeaders(further.stream().map(FurtherStore::ready).toList());
            started.complete(null);
        } catch (MetadataException e) {
            failStart(e);
        } catch (RuntimeException | LinkageError e) {
            failStart(new MetadataException(Code.FAILED, "node " + config.nodeId() + " cannot start: " + e, e));
        }
    }

    /** The threads of the further groups first: their state machines tell them what is in the logs. */
    private void begin(Identity identity) {
        List<MetadataStateMachine> machines = new ArrayList<>();
        List<Origin> origins = start.takeOrigins();
        machines.add(replica.machine(origins.isEmpty() ? null : origins.get(0)));
        for (FurtherStore store : further) {
            store.begin(identity);
            machines.add(store.replica().machine(origins.isEmpty() ? null : origins.get(store.number())));
        }
        RatisServer started = RatisServer.start(config, identity, start.file(), machines);
        start.noteLogs();
        server = started;
        replica.run(started.node(0));
        further.forEach(store -> store.onServer(started));
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
        further.forEach(store -> store.end(closed()));
        replica.close();
        RatisServer running = server;
        server = null;
        if (running != null) {
            running.close();
        }
        backups.close();
        further.forEach(FurtherStore::release);
        hub.close();
        agent.execute(() -> replica.onClose(closed()));
        agent.close();
        start.unlock();
        started.completeExceptionally(startFailure == null ? closed() : startFailure);
    }

    // ------------------------------------------------------------------ its end

    @Override
    Replica replica() {
        return replica;
    }

    @Override
    Identity.@Nullable Group voterGroup() {
        return start.group();
    }

    @Override
    void onDeath(MetadataException failure) {
        start.end(failure);
        RatisServer running = server;
        RatisNode group = replica.raft();
        if (running == null) {
            return;
        }
        if (further.isEmpty() || failure.code() == Code.REMOVED_VOTER) {
            further.forEach(store -> store.end(failure));
            closeInBackground(running::close);
        } else if (group != null) {
            closeInBackground(group::stop); // The other groups of this node go on.
        }
    }

    /** The other voters hear of it: who is left without this one has to have all groups. */
    void onFurtherDead() {
        agent.execute(start::onGroupDead);
    }

    /** {@return the further group of this node that has not these voters, and what it has; null if none} */
    private @Nullable String behind(Identity.Group group) {
        for (FurtherStore store : further) {
            RatisNode running = store.raft();
            Map<String, String> voters = running == null ? null : running.committedVoters();
            if (voters == null || !voters.keySet().equals(group.peerIds())) {
                return "group " + store.number() + " has the voters "
                        + (voters == null ? "unknown to this node" : voters.keySet()) + ", not yet " + group.peerIds();
            }
        }
        return null;
    }
}
