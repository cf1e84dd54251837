package io.troupe.metadata.internal.follow;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.troupe.metadata.LeadershipListener;
import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.Watch;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import io.troupe.metadata.internal.node.AgentStore;
import io.troupe.metadata.internal.node.GroupChannels;
import io.troupe.metadata.internal.node.GroupName;
import io.troupe.metadata.internal.node.NodeAgent;
import io.troupe.metadata.spi.PeerChannel;
import org.jspecify.annotations.Nullable;

/**
 * The metadata store of a node without a log, or that of one of its groups, which begin and end with the first: follows
 * some keys through any voter, and submits to the leader as every node does. It never leads. Its storage id is random
 * in every life of the process, so a restart waits for the end of the session it had, unless that one was closed.
 */
public final class MetadataFollower extends AgentStore {
    private final FollowProtocol protocol;
    private final GroupChannels channels;

    /** The store of the first group, or null if that is this one. */
    private final @Nullable MetadataFollower first;

    /** Those of the other groups, if this is the first; not changed once it is made. */
    private final List<MetadataFollower> further = new ArrayList<>();

    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private @Nullable Leader lastLeader;
    private boolean started;
    private boolean closed;

    /**
     * A store that is not started.
     *
     * @param config  the configuration of a node that is no voter
     * @param channel reaches the voters
     */
    public MetadataFollower(MetadataConfig config, PeerChannel channel) {
        this(config, 0, new GroupChannels(config.nodeId(), config.groups(), channel), null);
        for (int group = 1; group < config.groups(); group++) {
            further.add(new MetadataFollower(config, group, channels, this));
        }
        belongTogether(List.copyOf(all()));
    }

    private MetadataFollower(
            MetadataConfig config, int number, GroupChannels channels, @Nullable MetadataFollower first) {
        super(
                config,
                new GroupName(config.nodeId(), number),
                channels.of(number),
                FollowedView.empty(config.followPrefixes()));
        this.channels = channels;
        this.first = first;
        protocol = new FollowProtocol(
                config.voters().stream().map(Voter::nodeId).toList(),
                config.followPrefixes(),
                config.sessionTick().toNanos(),
                new SecureRandom().nextLong() >>> 2,
                new Output());
        agent.onProtocol(
                NodeAgent.FOLLOW_PROTOCOL,
                (from, message) -> protocol.onMessage(from, FollowCodec.read(message), System.nanoTime()));
    }

    @Override
    public CompletableFuture<Void> start() {
        MetadataFollower other = first;
        if (other != null) {
            return other.start();
        }
        begin();
        further.forEach(MetadataFollower::begin);
        return CompletableFuture.allOf(all().stream().map(store -> store.ready).toArray(CompletableFuture[]::new))
                .orTimeout(config.formationTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> {
                    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                    if (cause instanceof MetadataException) {
                        return CompletableFuture.failedFuture(cause);
                    }
                    MetadataException late = late();
                    Thread closer = new Thread(this::close, "troupe-" + config.nodeId() + "-close");
                    closer.setDaemon(true);
                    closer.start();
                    return CompletableFuture.failedFuture(late);
                });
    }

    private synchronized void begin() {
        if (!started && !closed) {
            started = true;
            hub.start();
            agent.start(UUID.randomUUID().toString());
        }
    }

    private List<MetadataFollower> all() {
        List<MetadataFollower> all = new ArrayList<>(further);
        all.add(0, this);
        return all;
    }

    private MetadataException late() {
        String lacking = ready.isDone()
                ? all().stream()
                                .filter(store -> !store.ready.isDone())
                                .map(store -> "group " + store.agent.name().number())
                                .collect(Collectors.joining(", ", " for ", ""))
                        + ", and this node has groups(" + config.groups() + "): give it the number of the voters, or"
                : ":";
        return new MetadataException(
                Code.TIMEOUT,
                "node " + config.nodeId() + ": no voter of " + config.voters() + " answered with a leader within "
                        + config.formationTimeout().toMillis() + " ms" + lacking
                        + " start a majority of them and check that this node reaches one");
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        ((FollowedView) view()).check(prefix);
        return super.watch(prefix, fromRevision, listener);
    }

    @Override
    public boolean keeps(String key) {
        return config.followPrefixes().stream().anyMatch(key::startsWith);
    }

    /** Told once that this node does not lead: it never will. */
    @Override
    public void onLeadership(LeadershipListener listener) {
        agent.execute(listener::onNotLeading);
    }

    @Override
    public List<Voter> voters() {
        return config.voters();
    }

    @Override
    public boolean isLeader() {
        return false;
    }

    @Override
    public void close() {
        if (first == null) {
            end();
            further.forEach(MetadataFollower::end);
        }
    }

    private synchronized void end() {
        closed = true;
        MetadataException failure =
                new MetadataException(Code.CLOSED, "the metadata store of node " + agent.name() + " is closed");
        agent.end(failure);
        ready.completeExceptionally(failure);
        agent.close();
        hub.close();
    }

    @Override
    protected void onBroken(Throwable cause) {
        hub.end(Objects.requireNonNull(agent.ended())); // which has said so: there is nothing else that would go on
    }

    @Override
    protected long turn(long nowNs) {
        protocol.flush(nowNs);
        return protocol.nextWakeNs();
    }

    private void onView(FollowedView view) {
        Leader leader = view.leader();
        if (leader != null && !Objects.equals(leader, lastLeader)) {
            lastLeader = leader;
            agent.execute(() -> agent.onLeader(leader));
            ready.complete(null);
        }
    }

    private final class Output implements FollowProtocol.Output {
        @Override
        public boolean send(String voter, FollowMessage message) {
            return agent.send(voter, NodeAgent.FOLLOW_PROTOCOL, to -> FollowCodec.write(to, message));
        }

        @Override
        public void onChanges(FollowedView view, List<WatchEvent> events) {
            hub.publish(view, events);
            onView(view);
        }

        @Override
        public void onState(FollowedView view) {
            hub.resync(view);
            onView(view);
        }
    }
}
