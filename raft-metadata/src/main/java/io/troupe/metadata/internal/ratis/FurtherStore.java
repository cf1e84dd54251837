package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.troupe.metadata.Backup;
import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.formation.Identity;
import io.troupe.metadata.internal.node.GroupName;
import io.troupe.metadata.spi.PeerChannel;
import org.jspecify.annotations.Nullable;

/**
 * The store of a further group of a voter: a state machine, a log, a metadata thread and a leader of its own, in the
 * Raft server and among the voters of the first group, with which it begins and ends.
 */
final class FurtherStore extends ReplicaStore {
    private final RatisMetadataStore first;
    private final Supplier<@Nullable RatisServer> server;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final SyncedVoters voters;
    private final Replica replica;

    /**
     * A store that is not started.
     *
     * @param name    the group
     * @param channel reaches the same group of other nodes
     * @param first   the store of the first group
     * @param server  the Raft server while it runs
     */
    FurtherStore(
            MetadataConfig config,
            GroupName name,
            PeerChannel channel,
            RatisMetadataStore first,
            Supplier<@Nullable RatisServer> server) {
        super(config, name, channel);
        this.first = first;
        this.server = server;
        voters = new SyncedVoters(config, agent, first::voterGroup, first::isDead, this::raft, this::join);
        replica = new Replica(config, agent, hub, ready, voters, this::die);
    }

    /**
     * Starts the threads, once the node knows who it is.
     *
     * @param identity the node's
     */
    void begin(Identity identity) {
        voters.begin(new Identity.Member(RatisServer.self(config), identity.storageId()).peerId());
        hub.start();
        agent.start(identity.storageId());
    }

    /** Its group may run in the server by now. */
    void onServer(RatisServer running) {
        if (running.has(number()) && replica.raft() == null) {
            replica.run(running.node(number()));
        }
    }

    /** {@return completes when this replica has caught up with a leader; fails if it cannot} */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** The node ends: whoever waits is told, and what the Raft server says from here on is no failure. */
    void end(MetadataException failure) {
        closing = true;
        agent.end(failure);
        ready.completeExceptionally(failure);
    }

    /** Frees the threads, when the Raft server is closed. */
    void release() {
        replica.close();
        hub.close();
        agent.execute(() -> replica.onClose(closed()));
        agent.close();
    }

    int number() {
        return agent.name().number();
    }

    private CompletableFuture<?> join() {
        RatisServer running = server.get();
        return running == null || agent.ended() != null
                ? CompletableFuture.failedFuture(closed())
                : running.join(number()).thenRun(() -> onServer(running));
    }

    @Override
    Replica replica() {
        return replica;
    }

    @Override
    Identity.@Nullable Group voterGroup() {
        return first.voterGroup();
    }

    /** The other groups of this node go on. */
    @Override
    void onDeath(MetadataException failure) {
        ready.completeExceptionally(failure);
        first.onFurtherDead();
        RatisNode running = replica.raft();
        if (running != null) {
            closeInBackground(running::stop);
        }
    }

    @Override
    public CompletableFuture<Void> start() {
        return first.start();
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        return first.bootstrap();
    }

    @Override
    public CompletableFuture<Void> addVoter(MetadataConfig.Voter voter, Duration limit) {
        return CompletableFuture.failedFuture(ofFirst("addVoter"));
    }

    @Override
    public CompletableFuture<Void> removeVoter(String nodeId, Duration limit) {
        return CompletableFuture.failedFuture(ofFirst("removeVoter"));
    }

    private MetadataException ofFirst(String call) {
        return new MetadataException(
                Code.BAD_CONFIG,
                "group " + number() + " has the voters of the first group: call " + call
                        + " on the leader of group(0)");
    }

    @Override
    public CompletableFuture<Backup> backup(Path file) {
        return first.backup(file);
    }

    /** The first group's store is to be closed. */
    @Override
    public void close() {}
}
