package io.troupe.cluster.internal.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.ActorPage;
import io.troupe.cluster.ActorQuery;
import io.troupe.cluster.ActorSync;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterManager;
import io.troupe.cluster.DrainReport;
import io.troupe.cluster.MoveReport;
import io.troupe.cluster.NodeInfo;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.Backup;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataStore;

/** Sends what people ask to the part that does it, and keeps it among the requests until it is answered. Any thread. */
record Administration(
        MetadataStore store,
        Requests requests,
        LiveNodes nodes,
        Drains drains,
        Moves moves,
        ShardSets sets,
        Pings pings,
        Succession succession,
        Listings listings,
        HostedShards shards)
        implements ClusterManager {
    @Override
    public CompletableFuture<List<NodeInfo>> getClusterNodes() {
        return asked(store.barrier().thenApply(revision -> nodes.list()));
    }

    @Override
    public CompletableFuture<DrainReport> drainNode(String nodeId, Duration limit) {
        return requests.onCluster(request -> drains.drain(nodeId, limit, request));
    }

    @Override
    public CompletableFuture<Void> undrainNode(String nodeId) {
        return requests.track(new NodeWrites(store).delete(ClusterKeys.drain(nodeId)));
    }

    @Override
    public CompletableFuture<MoveReport> moveShard(int shard, String nodeId, Duration limit) {
        ShardSet set = sets.of(shard).set();
        return requests.onCluster(request -> moves.move(shard, set, nodeId, limit, request));
    }

    @Override
    public CompletableFuture<Void> releaseShard(int shard) {
        return requests.track(new NodeWrites(store).delete(ClusterKeys.pin(shard)));
    }

    @Override
    public CompletableFuture<Void> changeSet(ShardSet set) {
        return requests.onCluster(request -> sets.change(set, request));
    }

    @Override
    public CompletableFuture<ActorPage> actorsOf(String nodeId, ActorQuery query, Duration limit) {
        return listings.of(nodeId, query, limit);
    }

    @Override
    public CompletableFuture<ActorPage> actors(ActorQuery query, Duration limit) {
        return listings.ofAll(query, limit);
    }

    @Override
    public CompletableFuture<ActorSync> syncActorRegistry(Duration limit) {
        CompletableFuture<ActorSync> request = asked(store.barrier().thenApply(shards::sync));
        requests.later(
                Requests.nanos(limit),
                () -> request.completeExceptionally(new ClusterException(
                        ClusterException.Code.TIMEOUT,
                        "node " + store.nodeId() + " has not heard within " + limit + " what it owns: a majority of the"
                                + " voters must reach a leader")));
        return request;
    }

    @Override
    public CompletableFuture<Duration> ping(String nodeId, Duration limit) {
        return pings.ping(nodeId, limit);
    }

    @Override
    public CompletableFuture<Duration> pingLog(Duration limit) {
        return pings.pingLog(limit);
    }

    @Override
    public CompletableFuture<Void> transferLeadership(String nodeId, Duration limit) {
        return asked(store.transferLeadership(nodeId, limit));
    }

    @Override
    public CompletableFuture<String> forceLeaderElection(Duration limit) {
        return requests.onCluster(request -> succession.abdicate(limit, request));
    }

    @Override
    public List<String> voters() {
        return store.voters().stream().map(Voter::nodeId).toList();
    }

    @Override
    public CompletableFuture<Void> addVoter(String nodeId, String host, int raftPort, Duration limit) {
        return asked(store.addVoter(new Voter(nodeId, host, raftPort), limit));
    }

    @Override
    public CompletableFuture<Void> removeVoter(String nodeId, Duration limit) {
        return asked(store.removeVoter(nodeId, limit));
    }

    @Override
    public CompletableFuture<Backup> backup(Path file) {
        return asked(store.backup(file));
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        return asked(store.bootstrap());
    }

    private <T> CompletableFuture<T> asked(CompletableFuture<T> answer) {
        return requests.track(answer.exceptionally(failure -> {
            throw Wiring.explain(failure);
        }));
    }
}
