package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.codec.CodecException;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.node.GroupName;
import io.troupe.metadata.internal.state.Applied;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.StateView;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds committed entries to {@link MetadataState} on Ratis' apply thread, and tells {@link Events} what happened.
 *
 * <p>Ratis only installs a snapshot if the state machine goes through the life cycle as it expects, so {@link #pause}
 * and {@link #reinitialize} drive it. A snapshot is written from an immutable view by a thread that lives as long as
 * the writing; Ratis learns its index when it is on disk, and purges the log only then.
 */
final class MetadataStateMachine extends BaseStateMachine {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataStateMachine.class);

    private final GroupName name;
    private final SnapshotSchedule schedule;
    private final Events events;
    private final SnapshotFiles snapshots = new SnapshotFiles();

    /** Forgotten once it is on the disk. */
    private @Nullable Origin origin;

    private MetadataState state = new MetadataState();
    private @Nullable Leader lastLeader;

    private @Nullable AppliedMark mark;
    private volatile @Nullable Thread snapshotWriter;

    /** A snapshot that is on disk and that Ratis was not yet told of. */
    private volatile long durableIndex = RaftLog.INVALID_LOG_INDEX;

    /** What the state machine tells, on Ratis' threads, some under its locks: never block, only hand over. */
    interface Events {
        /** Entries were applied. */
        void onApplied(StateView view, List<WatchEvent> events, boolean leaderChanged);

        /** The state was read from a snapshot. */
        void onRestored(StateView view);

        /** This node leads and has applied all entries of earlier terms. */
        void onLeaderReady();

        /** This node no longer leads. */
        void onNotLeader();

        /** Some node, perhaps this one, won an election. */
        void onLeaderElected(RaftPeerId leader);

        /** Raft has committed these voters, the only ones from this index on; their peer ids and addresses. */
        void onConfiguration(long index, Map<String, String> peers);

        /** The replica is dead, or was closed on purpose. */
        void onDead(String what, @Nullable Throwable cause);
    }

    /** @param origin what the group starts from, null for an empty state */
    MetadataStateMachine(GroupName name, long snapshotEntries, @Nullable Origin origin, Events events) {
        this.origin = origin;
        this.name = name;
        schedule = new SnapshotSchedule(name.toString(), snapshotEntries);
        this.events = events;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage) throws IOException {
        getLifeCycle()
                .startAndTransition(
                        () -> {
                            super.initialize(server, groupId, storage);
                            snapshots.init(storage);
                            begin(storage);
                            restore();
                            openMark(storage);
                        },
                        IOException.class);
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() throws IOException {
        getLifeCycle().startAndTransition(this::restore, IOException.class);
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return snapshots;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = Objects.requireNonNull(transaction.getLogEntry(), "a committed entry");
        ByteString bytes = entry.getStateMachineLogEntry().getLogData();
        List<Command> commands;
        try {
            commands = EntryCodec.decode(bytes.toByteArray());
        } catch (CodecException e) {
            // The same on every replica that reads this format: nothing changes, and nobody hears of a success.
            LOG.error(
                    "node {}: entry {} cannot be read and changes nothing: {}", name, entry.getIndex(), e.getMessage());
            commands = List.of();
        }
        Applied applied = state.apply(entry.getTerm(), commands);
        schedule.onApplied(bytes.size());
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        StateView view = state.view();
        Leader leader = view.leader();
        boolean leaderChanged = !Objects.equals(leader, lastLeader);
        lastLeader = leader;
        events.onApplied(view, applied.events(), leaderChanged);
        return CompletableFuture.completedFuture(new AppliedMessage(applied.outcomes()));
    }

    /** Asked after every batch: starts writing when it is time, and tells of a snapshot once it is on disk. */
    @Override
    public long takeSnapshot() {
        TermIndex applied = getLastAppliedTermIndex();
        AppliedMark marked = mark;
        if (marked != null) {
            marked.write(applied.getIndex());
        }
        if (snapshotWriter == null && schedule.isDue(applied.getIndex())) {
            schedule.onSnapshot(applied.getIndex());
            startWriting(state.view(), applied);
        }
        long durable = durableIndex;
        durableIndex = RaftLog.INVALID_LOG_INDEX;
        return durable;
    }

    @Override
    public void notifyLeaderReady() {
        events.onLeaderReady();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.onNotLeader();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, @Nullable RaftPeerId leader) {
        if (leader != null) {
            events.onLeaderElected(leader);
        }
    }

    /** Called for every configuration entry, also for the two halves of a change; the first half has old peers. */
    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        super.notifyConfigurationChanged(term, index, configuration);
        if (configuration.getOldPeersCount() == 0) {
            Map<String, String> peers = new TreeMap<>();
            for (RaftPeerProto peer : configuration.getPeersList()) {
                peers.put(peer.getId().toStringUtf8(), peer.getAddress());
            }
            events.onConfiguration(index, peers);
        }
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
        events.onDead("its log cannot be written", cause);
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean allServer) {
        events.onDead("its Raft server has shut down", null);
    }

    @Override
    public void close() throws IOException {
        Thread writer = snapshotWriter;
        if (writer != null) {
            try {
                writer.join(2_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        getLifeCycle().checkStateAndClose();
        AppliedMark marked = mark;
        if (marked != null) {
            marked.close();
        }
        events.onDead("its Raft server has closed", null);
    }

    /**
     * A group from a backup has a snapshot before its first entry, so it is sent to whoever joins, like any other one.
     */
    private void begin(RaftStorage storage) throws IOException {
        if (origin != null) {
            snapshots.begin(origin, storage.getStorageDir().getCurrentDir());
            origin = null;
        }
    }

    /** Before the log is opened, and so before this voter votes. */
    private void openMark(RaftStorage storage) throws IOException {
        AppliedMark opened = AppliedMark.open(storage.getStorageDir().getRoot().toPath());
        try {
            long snapshotIndex = getLastAppliedTermIndex().getIndex();
            TornTail.cut(storage, opened.newestApplied(snapshotIndex));
            opened.check(storage, snapshotIndex);
        } catch (IOException | RuntimeException refused) {
            opened.close();
            throw refused;
        }
        mark = opened;
    }

    private void restore() throws IOException {
        SingleFileSnapshotInfo newest = snapshots.newest();
        durableIndex = RaftLog.INVALID_LOG_INDEX;
        if (newest == null) {
            return;
        }
        state = new MetadataState(SnapshotFiles.read(newest));
        setLastAppliedTermIndex(newest.getTermIndex());
        schedule.onSnapshot(newest.getIndex());
        lastLeader = state.view().leader();
        events.onRestored(state.view());
    }

    private void startWriting(StateView view, TermIndex at) {
        Thread writer = new Thread(() -> write(view, at), "troupe-" + name.thread() + "-snapshot");
        writer.setDaemon(true);
        snapshotWriter = writer;
        writer.start();
    }

    private void write(StateView view, TermIndex at) {
        try {
            snapshots.write(view, at);
            if (schedule.at() == at.getIndex()) { // Else a newer one was installed meanwhile.
                durableIndex = at.getIndex();
            }
        } catch (IOException | RuntimeException e) {
            // The log keeps everything; the next attempt comes after as many entries again.
            LOG.error("node {}: snapshot at {} could not be written", name, at, e);
        } finally {
            snapshotWriter = null;
        }
    }
}
