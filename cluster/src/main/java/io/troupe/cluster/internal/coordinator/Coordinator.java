package io.troupe.cluster.internal.coordinator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.cluster.internal.placement.Candidate;
import io.troupe.cluster.internal.placement.PlacementPlanner;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every shard a live owner. Works only while this node leads, and by state, not by events: whenever something may
 * have changed it compares the shard table with the live nodes and proposes what is missing. Every grant compares the
 * record it read and the new owner's live session, so a deposed coordinator can do no harm. Confined to the cluster
 * thread.
 *
 * <p>Shards whose owner lives stay where they are; a node that comes later gets shards when an owner leaves.
 */
public final class Coordinator {
    private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

    /** A restart waits this part of the time that the first formation may take. */
    private static final int RESTART_PART = 5;

    private final MetadataStore store;
    private final int shards;
    private final int seeds;
    private final long formationNs;
    private final Executor cluster;
    private boolean leading;
    private boolean proposing;
    private long leadingSinceNs;

    /**
     * A coordinator that does not lead yet.
     *
     * @param store       where nodes and shards are kept
     * @param shards      number of shards
     * @param seeds       nodes to wait for before shards are given out for the first time
     * @param formationNs how long to wait for them, in nanoseconds
     * @param cluster     the cluster thread
     */
    public Coordinator(MetadataStore store, int shards, int seeds, long formationNs, Executor cluster) {
        this.store = store;
        this.shards = shards;
        this.seeds = seeds;
        this.formationNs = formationNs;
        this.cluster = cluster;
    }

    /**
     * This node leads now.
     *
     * @param nowNs the time
     */
    public void onLeading(long nowNs) {
        leading = true;
        leadingSinceNs = nowNs;
        reconcile(nowNs);
    }

    /** This node no longer leads. */
    public void onNotLeading() {
        leading = false;
    }

    /**
     * Compares what is with what should be, and proposes the difference.
     *
     * @param nowNs the time
     */
    public void reconcile(long nowNs) {
        if (!leading || proposing) {
            return;
        }
        MetadataView view = store.view();
        SortedMap<String, Live> live = liveHosts(view);
        @Nullable KeyValue[] records = records(view);
        if (live.isEmpty() || (live.size() < seeds && nowNs - leadingSinceNs < patienceNs(live, records))) {
            return;
        }
        List<Txn> grants = grants(live, records);
        if (grants.isEmpty()) {
            return;
        }
        LOG.info("granting {} shards to nodes {}", grants.size(), live.keySet());
        propose(grants);
    }

    /**
     * How long to wait for the seeds that are still starting, so that the first one does not get everything: long when
     * the cluster is formed, less when it starts again, not at all when some shards are served.
     */
    private long patienceNs(SortedMap<String, Live> live, @Nullable KeyValue[] records) {
        if (Arrays.stream(records).allMatch(entry -> entry == null)) {
            return formationNs;
        }
        boolean served = Arrays.stream(records).anyMatch(entry -> entry != null && liveOwner(live, entry) != null);
        return served ? 0 : formationNs / RESTART_PART;
    }

    /** A node that can own shards, with the key that proves it alive. */
    private record Live(SessionId session, long announcedAt) {}

    private static SortedMap<String, Live> liveHosts(MetadataView view) {
        SortedMap<String, Live> live = new TreeMap<>();
        view.forEach(ClusterKeys.NODES, entry -> {
            SessionId session = entry.session();
            if (session != null && NodeRecord.decode(entry.value()).hosts()) {
                live.put(session.nodeId(), new Live(session, entry.modRevision()));
            }
        });
        return live;
    }

    private @Nullable KeyValue[] records(MetadataView view) {
        @Nullable KeyValue[] records = new KeyValue[shards];
        view.forEach(ClusterKeys.SHARDS, entry -> records[ClusterKeys.shardOf(entry.key())] = entry);
        return records;
    }

    private List<Txn> grants(SortedMap<String, Live> live, @Nullable KeyValue[] records) {
        @Nullable String[] owners = new String[shards];
        int homeless = 0;
        for (int shard = 0; shard < shards; shard++) {
            KeyValue entry = records[shard];
            owners[shard] = entry == null ? null : liveOwner(live, entry);
            homeless += owners[shard] == null ? 1 : 0;
        }
        if (homeless == 0) {
            return List.of();
        }
        List<Candidate> candidates = live.values().stream()
                .map(node ->
                        new Candidate(node.session().nodeId(), node.session().incarnation(), 1.0))
                .toList();
        Candidate[] planned = PlacementPlanner.plan(shards, candidates, owners);
        List<Txn> grants = new ArrayList<>(homeless);
        for (int shard = 0; shard < shards; shard++) {
            if (owners[shard] == null) {
                Live target = live.get(planned[shard].nodeId());
                if (target != null) {
                    grants.add(grant(shard, records[shard], target));
                }
            }
        }
        return grants;
    }

    private static @Nullable String liveOwner(SortedMap<String, Live> live, KeyValue entry) {
        ShardRecord shardRecord = ShardRecord.decode(entry.value(), entry.modRevision());
        Live owner = live.get(shardRecord.owner());
        return owner != null && owner.session().incarnation() == shardRecord.incarnation() ? shardRecord.owner() : null;
    }

    private static Txn grant(int shard, @Nullable KeyValue seen, Live target) {
        String key = ClusterKeys.shard(shard);
        SessionId owner = target.session();
        return Txn.guarded(
                List.of(
                        Compare.modRevision(key, seen == null ? 0 : seen.modRevision()),
                        Compare.modRevision(ClusterKeys.node(owner.nodeId()), target.announcedAt())),
                List.of(new Op.Put(
                        key,
                        ShardRecord.grant(owner.nodeId(), owner.incarnation(), 0)
                                .encode())));
    }

    private void propose(List<Txn> grants) {
        proposing = true;
        CompletableFuture<?> unused = store.txnBatch(grants)
                .thenCompose(results -> store.awaitRevision(
                        results.stream().mapToLong(TxnResult::revision).max().orElse(0)))
                .whenComplete((revision, failure) -> {
                    try {
                        cluster.execute(() -> {
                            proposing = false;
                            if (failure != null) {
                                LOG.warn("shards were not granted, trying again: {}", failure.toString());
                            }
                        });
                    } catch (RejectedExecutionException e) {
                        LOG.debug("closed before the grants were answered");
                    }
                });
    }
}
