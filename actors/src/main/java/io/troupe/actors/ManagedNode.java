package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.ActorPage;
import io.troupe.cluster.ActorQuery;
import io.troupe.cluster.ActorSync;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.ClusterManager;
import io.troupe.cluster.DrainReport;
import io.troupe.cluster.MoveReport;
import io.troupe.cluster.NodeInfo;
import io.troupe.cluster.ShardSet;
import io.troupe.metadata.Backup;

/** A node that manages its cluster by handing everything to the manager that it has. */
interface ManagedNode extends ClusterManager {
    /** {@return the node's place in the cluster: nodes, shards, leader, counters} */
    Cluster cluster();

    @Override
    default CompletableFuture<List<NodeInfo>> getClusterNodes() {
        return cluster().manager().getClusterNodes();
    }

    @Override
    default CompletableFuture<DrainReport> drainNode(String nodeId, Duration limit) {
        return cluster().manager().drainNode(nodeId, limit);
    }

    @Override
    default CompletableFuture<Void> undrainNode(String nodeId) {
        return cluster().manager().undrainNode(nodeId);
    }

    @Override
    default CompletableFuture<MoveReport> moveShard(int shard, String nodeId, Duration limit) {
        return cluster().manager().moveShard(shard, nodeId, limit);
    }

    @Override
    default CompletableFuture<Void> releaseShard(int shard) {
        return cluster().manager().releaseShard(shard);
    }

    @Override
    default CompletableFuture<Void> changeSet(ShardSet set) {
        return cluster().manager().changeSet(set);
    }

    @Override
    default CompletableFuture<ActorPage> actorsOf(String nodeId, ActorQuery query, Duration limit) {
        return cluster().manager().actorsOf(nodeId, query, limit);
    }

    @Override
    default CompletableFuture<ActorPage> actors(ActorQuery query, Duration limit) {
        return cluster().manager().actors(query, limit);
    }

    @Override
    default CompletableFuture<ActorSync> syncActorRegistry(Duration limit) {
        return cluster().manager().syncActorRegistry(limit);
    }

    @Override
    default CompletableFuture<Duration> ping(String nodeId, Duration limit) {
        return cluster().manager().ping(nodeId, limit);
    }

    @Override
    default CompletableFuture<Duration> pingLog(Duration limit) {
        return cluster().manager().pingLog(limit);
    }

    @Override
    default CompletableFuture<Void> transferLeadership(String nodeId, Duration limit) {
        return cluster().manager().transferLeadership(nodeId, limit);
    }

    @Override
    default CompletableFuture<String> forceLeaderElection(Duration limit) {
        return cluster().manager().forceLeaderElection(limit);
    }

    @Override
    default List<String> voters() {
        return cluster().manager().voters();
    }

    @Override
    default CompletableFuture<Void> addVoter(String nodeId, String host, int raftPort, Duration limit) {
        return cluster().manager().addVoter(nodeId, host, raftPort, limit);
    }

    @Override
    default CompletableFuture<Void> removeVoter(String nodeId, Duration limit) {
        return cluster().manager().removeVoter(nodeId, limit);
    }

    @Override
    default CompletableFuture<Backup> backup(Path file) {
        return cluster().manager().backup(file);
    }

    @Override
    default CompletableFuture<Void> bootstrap() {
        return cluster().manager().bootstrap();
    }
}
