package io.troupe.cluster.internal.coordinator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongPredicate;

import io.troupe.cluster.ShardSet;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.SetRecord;
import io.troupe.cluster.internal.placement.PlacementPlanner.Preference;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.cluster.internal.placement.TablePlanner;
import io.troupe.cluster.internal.placement.TablePlanner.Change;
import io.troupe.cluster.internal.placement.TablePlanner.Host;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every shard a live owner, and every node its share. Works only while this node leads, and by state, not by
 * events: whenever something may have changed it compares the shard table with the live nodes and proposes what is
 * missing. Every proposal compares the record it read and the receiving node's live session, so a deposed coordinator
 * can do no harm. It looks after a change, and when time alone may change the answer: when the seeds have been waited
 * for, the nodes have been the same for long enough, or a move takes too long. Confined to the cluster thread, except
 * {@link #onChange}.
 */
public final class Coordinator {
    private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

    /** A restart waits this part of the time that the first formation may take. */
    private static final int RESTART_PART = 5;

    private final MetadataStore store;
    private final Settings settings;
    private final Executor cluster;
    /** When each present move was first seen by this leader. */
    private final Map<Long, Long> movesSinceNs = new HashMap<>();

    private boolean leading;
    private boolean proposing;
    private long leadingSinceNs;
    /** The live hosts when the table was last looked at. */
    private Set<String> lastHosts = Set.of();

    private long hostsChangedAtNs;
    /** Something may have changed since the last look. */
    private volatile boolean restless = true;

    /** When time alone may change the answer, if it may. */
    private @Nullable Long lookAgainNs;

    /**
     * What the coordinator is told once.
     *
     * @param shards      number of shards
     * @param seeds       nodes to wait for before shards are given out for the first time, also those that host none
     * @param formationNs how long to wait for them, in nanoseconds
     * @param balanceNs   how long the set of nodes must have been the same before shards move for balance, in
     *     nanoseconds
     * @param maxMoves    shards that may move at a time
     * @param moveNs      how long a move may take before it is called off, in nanoseconds
     * @param minHosts    with fewer live nodes that can own shards nothing is given out or moved
     */
    public record Settings(
            int shards, Set<String> seeds, long formationNs, long balanceNs, int maxMoves, long moveNs, int minHosts) {}

    /**
     * A coordinator that does not lead yet.
     *
     * @param store    where nodes and shards are kept
     * @param settings what it is told
     * @param cluster  the cluster thread
     */
    public Coordinator(MetadataStore store, Settings settings, Executor cluster) {
        this.store = store;
        this.settings = settings;
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
        hostsChangedAtNs = nowNs;
        movesSinceNs.clear();
        reconcile(nowNs);
    }

    /** This node no longer leads. */
    public void onNotLeading() {
        leading = false;
    }

    /** A node or a shard's record has changed. Any thread. */
    public void onChange() {
        restless = true;
    }

    /**
     * Time has passed.
     *
     * @param nowNs the time
     */
    public void onTick(long nowNs) {
        Long again = lookAgainNs;
        if (restless || (again != null && nowNs - again >= 0)) {
            reconcile(nowNs);
        }
    }

    /** Compares what is with what should be, and proposes the difference. */
    private void reconcile(long nowNs) {
        if (!leading || proposing) {
            return;
        }
        restless = false;
        lookAgainNs = null;
        MetadataView view = store.view();
        // In the order of their shards.
        List<SetRecord> sets = SetRecord.all(view, settings.shards).values().stream()
                .sorted(Comparator.comparingInt(SetRecord::first))
                .toList();
        Table table = new Table(view, sets.get(sets.size() - 1).end());
        if (table.hosts.size() < settings.minHosts) {
            noteMoves(table.records, nowNs);
            propose(calledOff(sets, table, nowNs));
            return;
        }
        boolean seedsMissing = settings.seeds.stream().anyMatch(seed -> view.get(ClusterKeys.node(seed)) == null);
        if (seedsMissing) {
            long patientUntilNs = leadingSinceNs + patienceNs(table);
            if (nowNs - patientUntilNs < 0) {
                lookAgainNs = patientUntilNs;
                return;
            }
        }
        noteHosts(table, nowNs);
        noteMoves(table.records, nowNs);
        boolean calm = nowNs - hostsChangedAtNs >= settings.balanceNs;
        List<Txn> changes = new ArrayList<>();
        int room = settings.maxMoves - movesSinceNs.size();
        for (SetRecord set : sets) {
            room -= plan(set, table, room, calm, nowNs, changes);
        }
        if (!calm) {
            lookNoLaterThan(hostsChangedAtNs + settings.balanceNs);
        }
        propose(changes.isEmpty() ? ClusterKeys.forgetDrains(view) : changes);
    }

    /** Nothing is planned: but a shard whose move can come to no end goes on where it is. */
    private List<Txn> calledOff(List<SetRecord> sets, Table table, long nowNs) {
        List<Txn> changes = new ArrayList<>();
        for (SetRecord set : sets) {
            for (Change change : TablePlanner.calledOff(hosts(set, table), own(set, table), overdue(nowNs))) {
                changes.add(txn(change, set.first() + change.shard(), table));
            }
        }
        return changes;
    }

    private static List<Host> hosts(SetRecord set, Table table) {
        List<Host> hosts = new ArrayList<>();
        table.hosts.forEach((nodeId, node) -> hosts.add(new Host(
                nodeId, node.incarnation(), node.hosting().capacity(), node.draining(), node.mayOwn(set.set()))));
        return hosts;
    }

    private static @Nullable ShardRecord[] own(SetRecord set, Table table) {
        return Arrays.copyOfRange(table.records, set.first(), set.end());
    }

    private LongPredicate overdue(long nowNs) {
        return move -> nowNs - Objects.requireNonNull(movesSinceNs.getOrDefault(move, nowNs)) >= settings.moveNs;
    }

    private void lookNoLaterThan(long dueNs) {
        if (lookAgainNs == null || dueNs - lookAgainNs < 0) {
            lookAgainNs = dueNs;
        }
    }

    /** Adds what one set needs; answers how many moves that begins. */
    private int plan(SetRecord set, Table table, int room, boolean mayBalance, long nowNs, List<Txn> changes) {
        @Nullable ShardRecord[] own = own(set, table);
        int moving = (int) Arrays.stream(own)
                .filter(entry -> entry != null && entry.target() != null)
                .count();
        Preference prefer = new Preference(
                set.first(),
                set.set().strategy(),
                set.set().strategy() == ShardSet.Strategy.LEAST_LOAD ? table.loadsWithout(set) : Map.of(),
                table.view.revision(),
                table.pins(set));
        int moves = 0;
        TablePlanner.Policy policy = new TablePlanner.Policy(room + moving, mayBalance, overdue(nowNs));
        for (Change change : TablePlanner.plan(hosts(set, table), own, policy, prefer)) {
            changes.add(txn(change, set.first() + change.shard(), table));
            moves += change instanceof TablePlanner.Move ? 1 : 0;
        }
        return moves;
    }

    /**
     * How long to wait for the seeds that are still starting, so that the first one does not get everything: long when
     * the cluster is formed, less when it starts again, not at all when some shards are served.
     */
    private long patienceNs(Table table) {
        if (Arrays.stream(table.records).allMatch(entry -> entry == null)) {
            return settings.formationNs;
        }
        boolean served = Arrays.stream(table.records)
                .anyMatch(entry -> entry != null && table.isLive(entry.owner(), entry.incarnation()));
        return served ? 0 : settings.formationNs / RESTART_PART;
    }

    private void noteHosts(Table table, long nowNs) {
        Set<String> names = new HashSet<>();
        table.hosts.forEach((nodeId, node) -> names.add(nodeId + "#" + node.incarnation()));
        if (!names.equals(lastHosts)) {
            lastHosts = names;
            hostsChangedAtNs = nowNs;
        }
    }

    private void noteMoves(@Nullable ShardRecord[] records, long nowNs) {
        Set<Long> present = new HashSet<>();
        for (ShardRecord entry : records) {
            if (entry != null && entry.target() != null) {
                present.add(entry.moveId());
                movesSinceNs.putIfAbsent(entry.moveId(), nowNs);
            }
        }
        movesSinceNs.keySet().retainAll(present);
        movesSinceNs.values().forEach(since -> lookNoLaterThan(since + settings.moveNs));
    }

    private static Txn txn(Change change, int shard, Table table) {
        String key = ClusterKeys.shard(shard);
        KeyValue seen = table.entries[shard];
        Compare unchanged = Compare.modRevision(key, seen == null ? 0 : seen.modRevision());
        if (change instanceof TablePlanner.Grant grant) {
            Host to = grant.to();
            return write(unchanged, to, table, key, ShardRecord.grant(to.nodeId(), to.incarnation()));
        }
        ShardRecord present = Objects.requireNonNull(table.records[shard]);
        if (change instanceof TablePlanner.Move move) {
            Host to = move.to();
            ShardRecord.Target target = new ShardRecord.Target(to.nodeId(), to.incarnation());
            return write(unchanged, to, table, key, present.moving(target));
        }
        return Txn.guarded(
                List.of(unchanged), List.of(new Op.Put(key, present.staying().encode())));
    }

    private static Txn write(Compare unchanged, Host to, Table table, String key, ShardRecord next) {
        return Txn.guarded(
                List.of(unchanged, table.host(to.nodeId()).unchanged()), List.of(new Op.Put(key, next.encode())));
    }

    private void propose(List<Txn> changes) {
        if (changes.isEmpty()) {
            return;
        }
        LOG.info("changing {} records of nodes {}", changes.size(), lastHosts);
        proposing = true;
        CompletableFuture<?> unused = store.txnBatch(changes)
                .thenCompose(results -> store.awaitRevision(
                        results.stream().mapToLong(TxnResult::revision).max().orElse(0)))
                .whenComplete((revision, failure) -> {
                    try {
                        cluster.execute(() -> {
                            proposing = false;
                            restless = true;
                            if (failure != null) {
                                LOG.warn("the shard table was not changed, trying again: {}", failure.toString());
                            }
                        });
                    } catch (RejectedExecutionException e) {
                        LOG.debug("closed before the changes were answered");
                    }
                });
    }
}
