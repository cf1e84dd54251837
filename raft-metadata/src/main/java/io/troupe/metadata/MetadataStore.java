package io.troupe.metadata;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataView.Leader;
import org.jspecify.annotations.Nullable;

/**
 * A replicated, revisioned key-value store with transactions, sessions and watches. Every committed transaction has its
 * place in one order; reads of {@link #view()} are local.
 *
 * <p>All methods may be called from any thread and none blocks, except {@link #close()}. Futures complete on a thread
 * of the store: hop to your own before doing anything slow. Failures are {@link MetadataException}s.
 */
public interface MetadataStore extends AutoCloseable {
    /** Longest value of a key, in bytes. */
    int MAX_VALUE_LENGTH = 1 << 20;

    /** Longest encoded transaction, in bytes. */
    int MAX_TXN_LENGTH = 1 << 20;

    /** What one transaction may read, in {@link Op#readCost}: 64 values of any length, of which many are small. */
    int MAX_TXN_READ_COST = 64 * Op.VALUE_COST;

    /** {@return the node this store runs in} */
    String nodeId();

    /** {@return how many groups the node has; they are fixed when the cluster is formed} */
    default int groups() {
        return 1;
    }

    /**
     * The store of one of this node's groups. Each is a store of its own: with keys, revisions, sessions, watches and a
     * leader that have nothing to do with those of another, so a transaction is within one group. Their voters are the
     * same. They are started, and end, together with the first one, which is the store that was opened: to close
     * another one does nothing. A group that fails says so and leaves the others alone.
     *
     * @param number the group; 0 is the first
     * @return its store
     * @throws IllegalArgumentException if there is no such group
     */
    default MetadataStore group(int number) {
        checkGroup(number, 1);
        return this;
    }

    /** Longest time to live of a session, in milliseconds: 365 days. */
    long LONGEST_TTL_MILLIS = Duration.ofDays(365).toMillis();

    /**
     * Checks the number of a group.
     *
     * @param number the number
     * @param groups how many there are
     * @throws IllegalArgumentException if there is no such group
     */
    static void checkGroup(int number, int groups) {
        if (number < 0 || number >= groups) {
            throw new IllegalArgumentException(
                    "there is no group " + number + ": this cluster has " + groups + ", numbered from 0");
        }
    }

    /**
     * Joins the group, or for a node without a log finds a voter to follow. Completes when {@link #view()} is usable
     * and the cluster's leader was heard of.
     *
     * @return completes when ready; fails with BAD_DIRECTORY, BAD_CONFIG, PORT_IN_USE, WIPED_VOTER or FAILED
     */
    CompletableFuture<Void> start();

    /**
     * Forms the group of a new cluster without the seeds that are silent, for an operator who knows that they never
     * ran. To be called once, after {@link #start()}, on the seed with the lowest id. It listens for a second; the
     * seeds that were heard of lately are voters then, the others have to be added.
     *
     * @return completes when the group is formed; fails with BAD_CONFIG if this node is not the one or belongs to a
     *     group already, WIPED_VOTER if a node that was heard of does, or as {@link #start()} does
     */
    default CompletableFuture<Void> bootstrap() {
        return CompletableFuture.failedFuture(new MetadataException(
                MetadataException.Code.BAD_CONFIG,
                "node " + nodeId()
                        + " forms no group: call bootstrap on the node with the lowest id of the seed list"));
    }

    /**
     * {@return the newest state this node has applied; never null once started} On a node without a log it has the keys
     * that the node follows, and throws {@link IllegalArgumentException} for others.
     */
    MetadataView view();

    /**
     * {@return true if {@link #view()} has this key: always on a node with a log}
     *
     * @param key the key
     */
    boolean keeps(String key);

    /**
     * Reads one key: from the view if this node keeps it, else through the log, at the cost of a transaction.
     *
     * @param key the key
     * @return its entry, at least as new as the view is now, or null if there is none; fails as {@link #txn} does
     */
    default CompletableFuture<@Nullable KeyValue> read(String key) {
        return keeps(key)
                ? CompletableFuture.completedFuture(view().get(key))
                : txn(Txn.of(new Op.Get(key)))
                        .thenApply(result -> result.reads().get(0));
    }

    /**
     * Opens a new life of this node: ends the previous one if it had the same data directory, otherwise waits for its
     * end. Transactions need an open session.
     *
     * @param ttlMillis how long the session lives without a keep-alive, in milliseconds
     * @return the session; fails with SESSION_HELD after one ttl of waiting for another directory's life to end, and
     *     with BAD_CONFIG if the ttl is less than 1 or more than {@link #LONGEST_TTL_MILLIS}
     */
    CompletableFuture<SessionId> openSession(long ttlMillis);

    /**
     * Opens in this group a life that {@link #openSession} of the first group has begun, under the same id: for the
     * store of a further group, where messages are then settled in the name of the life that has sent them. It ends
     * every earlier life of this node here at once, whatever its data directory: the first group has ended it already.
     * A life joins a group once. It is refused if it has ended here, is open here already, or began before another one
     * of this node that is known here; and, if none is known, if it began before a life of any node that has ended here
     * so long ago that it is forgotten.
     *
     * @param life      the session that the first group has opened
     * @param ttlMillis how long it lives here without a keep-alive of this store, in milliseconds
     * @return the session, with the id of the life; fails with SESSION_HELD if it is refused: open a new one in the
     *     first group then; and with IllegalArgumentException if it is the life of another node
     */
    CompletableFuture<SessionId> joinSession(SessionId life, long ttlMillis);

    /**
     * Renews the session. The answer proves that the leader was still leading: it is given when a replicated entry is
     * applied.
     *
     * @return the revision of that entry; fails with SESSION_ENDED if the session is over; may stay open as long as
     *     there is no leader
     */
    CompletableFuture<Long> keepAlive();

    /** {@return completes when the session was ended on purpose, with all keys bound to it; idempotent} */
    CompletableFuture<Void> closeSession();

    /**
     * Applies a transaction exactly once, in the order of the calls of this method on this node. While no leader is
     * reachable it waits.
     *
     * @param txn the transaction
     * @return its result; fails with TOO_LARGE, BUSY, NO_SESSION, SESSION_ENDED or CLOSED
     */
    CompletableFuture<TxnResult> txn(Txn txn);

    /**
     * As many calls of {@link #txn}, each on its own: they share log entries, not fate.
     *
     * @param txns the transactions
     * @return their results in the same order; fails as a whole as {@link #txn} does
     */
    CompletableFuture<List<TxnResult>> txnBatch(List<Txn> txns);

    /**
     * Writes a key.
     *
     * @param key   the key
     * @param value its new value
     * @return the revision of the write; fails as {@link #txn} does
     */
    default CompletableFuture<Long> put(String key, byte[] value) {
        return txn(Txn.of(new Op.Put(key, value))).thenApply(TxnResult::revision);
    }

    /**
     * Writes keys together, at one revision.
     *
     * @param values the keys and their new values
     * @return the revision of the write; fails as {@link #txn} does, with TOO_LARGE if they do not fit one transaction
     */
    default CompletableFuture<Long> putAll(Map<String, byte[]> values) {
        Op[] puts = values.entrySet().stream()
                .map(entry -> new Op.Put(entry.getKey(), entry.getValue()))
                .toArray(Op[]::new);
        return txn(Txn.of(puts)).thenApply(TxnResult::revision);
    }

    /**
     * Deletes a key.
     *
     * @param key the key
     * @return true if it was there; fails as {@link #txn} does
     */
    default CompletableFuture<Boolean> delete(String key) {
        return txn(Txn.of(new Op.Get(key), new Op.Delete(key)))
                .thenApply(result -> result.reads().get(0) != null);
    }

    /**
     * Deletes every key with a prefix, at one revision.
     *
     * @param prefix the prefix, not empty
     * @return the revision after that; fails as {@link #txn} does
     */
    default CompletableFuture<Long> deleteRange(String prefix) {
        return txn(Txn.of(new Op.DeleteRange(prefix))).thenApply(TxnResult::revision);
    }

    /**
     * The keys with a prefix, a part at a time, each with everything that had completed anywhere before it was asked
     * for. {@code view().keys} does the same at once, of what this node has applied.
     *
     * @param prefix the prefix; empty means every key
     * @param after  the {@link KeyList#next} of the part before; empty for the first part
     * @param limit  most keys of this part, 1 to {@link KeyList#MAX_KEYS}
     * @return the part; fails as {@link #txn} does, and with IllegalArgumentException if this node does not keep such
     *     keys
     */
    default CompletableFuture<KeyList> listKeys(String prefix, String after, int limit) {
        return barrier().thenApply(revision -> view().keys(prefix, after, limit));
    }

    /**
     * A linearizable read point: completes when {@link #view()} contains every transaction that had completed anywhere
     * before this call.
     *
     * @return the revision of the point
     */
    default CompletableFuture<Long> barrier() {
        return txn(Txn.EMPTY).thenCompose(result -> awaitRevision(result.revision()));
    }

    /**
     * Waits until this node has applied a revision.
     *
     * @param revision the revision
     * @return completes with the view's revision, at least the given one
     */
    CompletableFuture<Long> awaitRevision(long revision);

    /**
     * Watches the keys with a prefix.
     *
     * @param prefix       the prefix; empty means every key
     * @param fromRevision the first revision to report; {@code view().revision() + 1} goes on from a view
     * @param listener     receives the changes
     * @return the watch
     * @throws IllegalArgumentException if this node follows no key with the prefix
     */
    Watch watch(String prefix, long fromRevision, WatchListener listener);

    /**
     * Learns about this node's leadership, starting with what holds now.
     *
     * @param listener called on a thread of the store
     */
    void onLeadership(LeadershipListener listener);

    /** {@return true if this node leads, as far as it knows} */
    boolean isLeader();

    /**
     * Hands the leadership to another voter, which must be up and have nearly all of the log. To be asked of the
     * leader.
     *
     * @param nodeId the voter
     * @param limit  how long that may take
     * @return completes when another voter leads; fails with NOT_LEADING, BAD_CONFIG if there is no such voter, or
     *     FAILED
     */
    default CompletableFuture<Void> transferLeadership(String nodeId, Duration limit) {
        return CompletableFuture.failedFuture(notLeading());
    }

    private MetadataException notLeading() {
        Leader leader = view().leader();
        return new MetadataException(
                MetadataException.Code.NOT_LEADING,
                "node " + nodeId() + " does not lead: ask " + (leader == null ? "again later" : leader.nodeId()));
    }

    /** {@return the voters as this node knows them: those that Raft committed last, or the seed list without a log} */
    default List<Voter> voters() {
        return List.of();
    }

    /**
     * Adds a node to the voters of all groups, or replaces the voter of that node id whose directory was lost. To be
     * asked of the leader of the first group, one at a time. The node starts meanwhile, with
     * {@link MetadataConfig.Builder#joining} and an empty directory. It has all of the log, runs and votes when this
     * completes. The replacement of a voter that has just died waits until its silence is noticed; that of one that
     * goes on speaking fails with BAD_CONFIG, after 1 to 2 s.
     *
     * @param voter the node and its Raft address, as every voter reaches it
     * @param limit how long that may take
     * @return completes when the voter is added; fails with NOT_LEADING, BAD_CONFIG, BUSY, UNSAFE, or with FAILED and
     *     the reason if it does not run or does not catch up in time: then the voters are those of before, without a
     *     voter that was to be replaced and does not run any more
     */
    default CompletableFuture<Void> addVoter(Voter voter, Duration limit) {
        return CompletableFuture.failedFuture(notLeading());
    }

    /**
     * Removes a voter of all groups, running or dead. Its store stops, and its directory cannot be used again. To be
     * asked of the leader of the first group, one at a time; the leader itself hands over first. A voter that died
     * within the last two election timeouts still counts as one that answers.
     *
     * @param nodeId the voter
     * @param limit  how long that may take
     * @return completes when the voter has no vote any more; fails with NOT_LEADING, BAD_CONFIG if there is no such
     *     voter or it leads, UNSAFE if the others that answer are no majority of the rest, BUSY or FAILED
     */
    default CompletableFuture<Void> removeVoter(String nodeId, Duration limit) {
        return CompletableFuture.failedFuture(notLeading());
    }

    /**
     * Writes the whole state to a file, with everything that was acknowledged anywhere before this call, while the
     * store goes on. A new cluster can start from it: {@link MetadataConfig.Builder#restoreFrom}. To be asked of any
     * voter, one at a time.
     *
     * <p>With several groups it has the states of all of them as of one moment, whichever group's store is asked. The
     * transactions of all groups but the first wait for that moment; this node needs a session in every group.
     *
     * @param file a file that does not exist, in a directory that does; only this user may read what is made
     * @return completes when the file is on the disk; fails with BAD_BACKUP if it cannot be written, and then nothing
     *     of it is left, BUSY while another one is written or if leaders change too often for such a moment, or as
     *     {@link #txn} does
     */
    default CompletableFuture<Backup> backup(Path file) {
        return CompletableFuture.failedFuture(new MetadataException(
                MetadataException.Code.BAD_BACKUP,
                "node " + nodeId() + " cannot write backup " + file
                        + ", because it does not have all of the state: ask one" + " of the voters "
                        + voters().stream().map(Voter::nodeId).toList()));
    }

    /** Stops the store and frees its threads, ports and locks. Blocks a few seconds at most. Idempotent. */
    @Override
    void close();
}
