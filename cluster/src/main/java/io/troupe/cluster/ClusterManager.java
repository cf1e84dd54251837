package io.troupe.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.Backup;

/**
 * What people and their tools ask of a cluster: where shards live, who leads, who votes, whether it answers. Every
 * method may be called from any thread, and none blocks. What they return completes in any case: with
 * {@link ClusterException} CLOSED at the latest when this node is closed; what was asked may go on then.
 */
public interface ClusterManager {
    /** How long methods without a limit wait. */
    Duration DEFAULT_LIMIT = Duration.ofMinutes(1);

    /**
     * Lists the live nodes.
     *
     * @return by id, with all that have joined and left before the call; fails with {@link ClusterException} if the log
     *     cannot be reached. {@link Cluster#nodes} has what this node knows without asking
     */
    CompletableFuture<List<NodeInfo>> getClusterNodes();

    /**
     * {@return as {@link #actors}, within {@link #DEFAULT_LIMIT}}
     *
     * @param query which, and from where on
     * @throws IllegalArgumentException if the query goes on from a place that no part has named
     */
    default CompletableFuture<ActorPage> getClusterActors(ActorQuery query) {
        return actors(query, DEFAULT_LIMIT);
    }

    /**
     * {@return as {@link #drainNode(String, Duration)}, within {@link #DEFAULT_LIMIT}}
     *
     * @param nodeId the node
     */
    default CompletableFuture<DrainReport> drainNode(String nodeId) {
        return drainNode(nodeId, DEFAULT_LIMIT);
    }

    /** {@return as {@link #forceLeaderElection(Duration)}, within {@link #DEFAULT_LIMIT}} */
    default CompletableFuture<String> forceLeaderElection() {
        return forceLeaderElection(DEFAULT_LIMIT);
    }

    /**
     * Takes all shards from a node, one hand-over after the other, so that it can be stopped: no message above
     * AT_MOST_ONCE is lost, doubled or reordered. It owns nothing from then on, until it joins anew or
     * {@link #undrainNode} is called. May be asked of any node, for any node.
     *
     * @param nodeId the node
     * @param limit  how long to wait; the drain goes on after that
     * @return how it went; fails with {@link ClusterException} UNKNOWN_NODE, or LAST_NODE if nobody could take the
     *     shards
     */
    CompletableFuture<DrainReport> drainNode(String nodeId, Duration limit);

    /**
     * Takes a drain back.
     *
     * @param nodeId the node
     * @return completes when the node may own shards again; fails with {@link ClusterException}
     */
    CompletableFuture<Void> undrainNode(String nodeId);

    /**
     * Moves one shard, with all actors on it, to a node, and keeps it there as long as that node lives and may own it.
     * What waits for the shard is handed over with it, as in a drain.
     *
     * @param shard  the shard, counted over all sets
     * @param nodeId the node
     * @param limit  how long to wait; it stays pinned, and goes on moving, also after that
     * @return how that went; fails with {@link ClusterException}: UNKNOWN_NODE if the node does not live, NOT_ADMITTED
     *     if it may not own the shard
     * @throws IllegalArgumentException if the shard is in no set that this node knows
     */
    CompletableFuture<MoveReport> moveShard(int shard, String nodeId, Duration limit);

    /**
     * Takes the pin of {@link #moveShard} back: the shard stays where it is until balance wants it elsewhere.
     *
     * @param shard the shard, counted over all sets
     * @return completes when that is in the log; fails with {@link ClusterException}
     */
    CompletableFuture<Void> releaseShard(int shard);

    /**
     * Changes which nodes may own the shards of a set and which are preferred, while it is in use: the shards that live
     * elsewhere are handed over as in a drain.
     *
     * @param set the set as it is to be, with as many shards as it has; not the default one
     * @return completes when that is in the log; fails with {@link ClusterException} BAD_CONFIG if there is no such
     *     set, or it has another number of shards
     */
    CompletableFuture<Void> changeSet(ShardSet set);

    /**
     * Lists the actors of the cluster that are in the memory of a node, as that node says it. Between two parts actors
     * may come and go; one that stays there all the time is in exactly one of them. Actors of one process are in no
     * list.
     *
     * @param nodeId the node
     * @param query  which, and from where on
     * @param limit  how long to wait for its answer
     * @return a part of the list, by shard, kind and id; fails with {@link ClusterException}: UNKNOWN_NODE, TIMEOUT, or
     *     FAILED if there is no link to it
     * @throws IllegalArgumentException if the query goes on from a place that no part of this node's list has named
     */
    CompletableFuture<ActorPage> actorsOf(String nodeId, ActorQuery query, Duration limit);

    /**
     * Lists the actors of the cluster that are in the memory of any node: as {@link #actorsOf}, one node after the
     * other. An actor whose shard moves meanwhile may be in the list twice, or missing; with its epoch two entries can
     * be told apart.
     *
     * @param query which, and from where on
     * @param limit how long to wait for all answers
     * @return a part of the list, by node, shard, kind and id; fails with {@link ClusterException} as soon as one node
     *     does not answer: TIMEOUT, or FAILED, which names it
     * @throws IllegalArgumentException if the query goes on from a place that no part has named
     */
    CompletableFuture<ActorPage> actors(ActorQuery query, Duration limit);

    /**
     * Compares the shards that this node runs with what the log says, and ends those it does not own. A node does that
     * by itself with everything it hears; after it had no quorum this says when it is done, also for actors that went
     * on without one: when it completes, no handler starts here for an actor that somebody else had been given before
     * the call.
     *
     * @param limit how long to wait
     * @return what was found; fails with {@link ClusterException}: TIMEOUT if the log cannot be reached, or FAILED
     */
    CompletableFuture<ActorSync> syncActorRegistry(Duration limit);

    /**
     * Asks a node for a sign of life, on the link that messages take.
     *
     * @param nodeId the node
     * @param limit  how long to wait
     * @return how long its answer took, zero for this node; fails with {@link ClusterException}: TIMEOUT, or FAILED if
     *     there is no link to it
     */
    CompletableFuture<Duration> ping(String nodeId, Duration limit);

    /**
     * Asks whether the log takes entries: a majority of the voters must agree to one.
     *
     * @param limit how long to wait
     * @return how long that took; fails with {@link ClusterException}: TIMEOUT, or FAILED
     */
    CompletableFuture<Duration> pingLog(Duration limit);

    /**
     * Hands the leadership of the metadata group to another voter, as a node does by itself when it is stopped. To be
     * asked of the leader.
     *
     * @param nodeId the voter
     * @param limit  how long that may take
     * @return completes when another voter leads; fails with {@link ClusterException} NOT_LEADING, which names the
     *     leader, BAD_CONFIG if there is no such voter, or FAILED
     */
    CompletableFuture<Void> transferLeadership(String nodeId, Duration limit);

    /**
     * Makes another voter the leader, whichever is best: one that lives and has a link to the leader, and that stays
     * before one that drains. If it does not take over, the next one is asked, so that each has its share of the limit.
     * To be asked of the leader.
     *
     * @param limit how long all of it may take
     * @return the new leader; fails with {@link ClusterException}: NOT_LEADING, which names the leader, LAST_NODE if no
     *     other voter lives, TIMEOUT if nobody is known to lead in time, or FAILED with why the last one asked did not
     */
    CompletableFuture<String> forceLeaderElection(Duration limit);

    /** {@return who votes, as this node knows it: the seed list, until voters were added or removed} */
    List<String> voters();

    /**
     * Adds a node to the voters, or replaces the voter of that id whose data directory was lost. Asked of the leader's
     * node, one at a time, while the new one starts with {@link ClusterConfig.Builder#joining} and an empty directory.
     *
     * @param nodeId   the node
     * @param host     the host at which the voters reach its log
     * @param raftPort and the port
     * @param limit    how long that may take
     * @return completes when it has all of the log and votes; fails with {@link ClusterException}: NOT_LEADING naming
     *     the leader, BAD_CONFIG, UNSAFE, or FAILED with what is wrong with the new node: then the voters are those of
     *     before
     */
    CompletableFuture<Void> addVoter(String nodeId, String host, int raftPort, Duration limit);

    /**
     * Removes a voter, running or dead; its data directory cannot be used again. Asked of the leader's node, one at a
     * time.
     *
     * @param nodeId the voter; not the leader, which hands over first
     * @param limit  how long that may take
     * @return completes when it has no vote any more; fails with {@link ClusterException}: NOT_LEADING naming the
     *     leader, BAD_CONFIG if it is no voter, UNSAFE if those of the rest that answer are no majority, or FAILED
     */
    CompletableFuture<Void> removeVoter(String nodeId, Duration limit);

    /**
     * Writes everything that the cluster keeps in its log to a file: the state of durable entities, what is settled,
     * pins and shard sets. It has everything that was acknowledged anywhere before this call; the cluster goes on
     * meanwhile, and with state groups, of which all have to be read as of one moment, their commits wait for some 20
     * ms. A new cluster starts from it with {@link ClusterConfig.Builder#restoreFrom}. Asked of any voter's node, one
     * at a time.
     *
     * @param file a file of that node's machine that does not exist, in a directory that does
     * @return completes when the file is on the disk; fails with {@link ClusterException} BAD_BACKUP if it cannot be
     *     written, and then nothing of it is left, or if this node keeps no log, and FAILED while another one is
     *     written or if leaders change too often for such a moment
     */
    CompletableFuture<Backup> backup(Path file);

    /**
     * Forms the cluster without the seeds that are silent, for an operator who knows that they never ran. Once, on the
     * seed with the lowest id, while its {@link Cluster#start} waits for the others. Who was silent has to be added to
     * the voters later.
     *
     * @return completes when the cluster is formed; fails with {@link ClusterException}
     */
    CompletableFuture<Void> bootstrap();
}
