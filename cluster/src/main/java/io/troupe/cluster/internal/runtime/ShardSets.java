package io.troupe.cluster.internal.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.cluster.internal.keys.SetRecord;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shard sets that the store has, and those that this node asks for: the first node that needs one adds it, behind
 * the shards of all others. Place and number of its shards and their lane never change, only who may own them. Changed
 * on the watch thread, asked by any.
 */
final class ShardSets {
    private static final Logger LOG = LoggerFactory.getLogger(ShardSets.class);

    private final int firstFree;
    private final int end;

    /** In the order of their names, so that the same nodes always make the same shards of them. */
    private final List<ShardSet> wanted;

    private final MetadataStore store;
    private final Executor cluster;
    private volatile SortedMap<String, SetRecord> known;

    /** On the cluster thread. */
    private boolean proposing;

    /** The default set has the shards below {@code firstFree}; there is room up to {@code end}. */
    ShardSets(int firstFree, int end, Set<ShardSet> wanted, MetadataStore store, Executor cluster) {
        this.firstFree = firstFree;
        this.end = end;
        this.wanted =
                wanted.stream().sorted(Comparator.comparing(ShardSet::name)).toList();
        this.store = store;
        this.cluster = cluster;
        known = new TreeMap<>(Map.of(ShardSet.DEFAULT.name(), SetRecord.ofDefault(firstFree)));
    }

    /** Null for a set that is not there yet. */
    @Nullable
    SetRecord find(String name) {
        return known.get(name);
    }

    void onChange(MetadataView view) {
        known = SetRecord.all(view, firstFree);
    }

    /**
     * True once every shard of the default set, and of those that this node asks for, has an owner if it can have one.
     */
    boolean areServed(RoutingTable routing) {
        return routing.homeless(0, firstFree) == 0
                && wanted.stream().allMatch(set -> {
                    SetRecord present = known.get(set.name());
                    return present != null
                            && (routing.homeless(present.first(), present.end()) == 0 || !isHosted(present.set()));
                });
    }

    private boolean isHosted(ShardSet set) {
        return LiveNode.all(store.view()).stream().anyMatch(node -> node.mayOwn(set));
    }

    /** True if a node owns shards that another one may own, and will if it is to leave. */
    boolean canHandOver(String leaving, RoutingTable routing) {
        return known.values().stream()
                .anyMatch(set -> routing.owned(leaving, set.first(), set.end()) > 0 && hasTaker(set.set(), leaving));
    }

    private boolean hasTaker(ShardSet set, String leaving) {
        return LiveNode.all(store.view()).stream()
                .anyMatch(node -> node.takesShards() && !node.nodeId().equals(leaving) && node.mayOwn(set));
    }

    /** A line for each set with shards that nobody owns. */
    List<String> homeless(RoutingTable routing) {
        List<String> findings = new ArrayList<>();
        known.forEach((name, present) -> {
            int homeless = routing.homeless(present.first(), present.end());
            if (homeless > 0) {
                findings.add(homeless + " of " + present.shards() + " shards of set " + name + " have no owner: "
                        + (isHosted(present.set()) ? "they are being given out" : missing(present.set())));
            }
        });
        return findings;
    }

    /** Changes who may own a set and who is preferred; the number of its shards stays. On the cluster thread. */
    void change(ShardSet next, CompletableFuture<Void> done) {
        KeyValue entry = store.view().get(ClusterKeys.set(next.name()));
        if (entry == null) {
            done.completeExceptionally(new ClusterException(
                    ClusterException.Code.BAD_CONFIG,
                    next.isDefault()
                            ? "the default shard set cannot be changed: put kinds in a set with another name"
                            : "there is no shard set " + next.name() + " to change: the sets are "
                                    + known.keySet().stream()
                                            .filter(name -> !name.equals(ShardSet.DEFAULT.name()))
                                            .toList()));
            return;
        }
        SetRecord present = SetRecord.decode(next.name(), entry.value());
        try {
            check(next, present);
        } catch (ClusterException e) {
            done.completeExceptionally(e);
            return;
        }
        SetRecord changed = new SetRecord(present.first(), present.shards(), next);
        CompletableFuture<?> unused = store.txn(Txn.guarded(
                        List.of(Compare.modRevision(entry.key(), entry.modRevision())),
                        List.of(new Op.Put(entry.key(), changed.encode()))))
                .thenCompose(result -> store.awaitRevision(result.revision()).thenApply(seen -> result))
                .whenComplete((result, failure) -> {
                    if (failure != null) {
                        done.completeExceptionally(Wiring.explain(failure));
                    } else if (result.succeeded()) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(new ClusterException(
                                ClusterException.Code.FAILED,
                                "shard set " + next.name()
                                        + " was changed by another node at the same time: ask again"));
                    }
                });
    }

    /**
     * The set that a shard is in.
     *
     * @throws IllegalArgumentException if this node knows of none
     */
    SetRecord of(int shard) {
        return known.values().stream()
                .filter(set -> shard >= set.first() && shard < set.end())
                .findAny()
                .orElseThrow(
                        () -> new IllegalArgumentException("shard " + shard + " is in no set that this node knows"));
    }

    Lookup whereIs(int shard, RoutingTable routing) {
        SetRecord present = of(shard);
        String set = present.set().name();
        ShardRecord entry = routing.shardRecord(shard);
        if (entry == null) {
            return isHosted(present.set())
                    ? new Lookup.Homeless(set, shard)
                    : new Lookup.Unavailable(set, missing(present.set()));
        }
        ShardRecord.Target target = entry.target();
        if (target != null) {
            return new Lookup.Moving(set, shard, entry.owner(), entry.epoch(), target.nodeId());
        }
        String why = entry.continues() == 0
                ? "granted at revision " + entry.epoch()
                : "handed over at revision " + entry.epoch() + ", continuing " + entry.continues();
        return new Lookup.Hosted(set, shard, entry.owner(), entry.epoch(), why);
    }

    /** Why nobody can own a set, and what to do. */
    static String missing(ShardSet set) {
        String kinds = set.isDefault() ? "" : " that has a kind of the set";
        String roles = set.roles().isEmpty() ? "" : " with the roles " + new TreeSet<>(set.roles());
        String nodes = set.nodes().isEmpty() ? "" : " among " + new TreeSet<>(set.nodes());
        return "no live node" + kinds + roles + nodes + " can own shards: start one";
    }

    /**
     * Asks for what is missing.
     *
     * @throws ClusterException if a set cannot be what this node says it is
     */
    void onTick() {
        MetadataView view = store.view();
        for (ShardSet set : wanted) {
            KeyValue present = view.get(ClusterKeys.set(set.name()));
            if (present != null) {
                check(set, SetRecord.decode(set.name(), present.value()));
            } else if (!proposing) {
                add(set, view);
            }
        }
    }

    private static void check(ShardSet wanted, SetRecord present) {
        if (wanted.shards() != present.shards()) {
            throw new ClusterException(
                    ClusterException.Code.BAD_CONFIG,
                    "shard set " + wanted.name() + " has " + present.shards()
                            + " shards in this cluster, and this node says " + wanted.shards()
                            + ": the number is fixed; choose another name for another set");
        }
        if (wanted.lane() != present.set().lane()) {
            throw new ClusterException(
                    ClusterException.Code.BAD_CONFIG,
                    "messages to shard set " + wanted.name() + " take lane "
                            + present.set().lane() + " in this cluster, and this node says " + wanted.lane()
                            + ": the lane is fixed; choose another name for another set");
        }
    }

    private void add(ShardSet set, MetadataView view) {
        KeyValue next = view.get(ClusterKeys.NEXT_SHARD);
        int first = next == null ? firstFree : (int) ClusterKeys.epoch(next.value());
        SetRecord added = new SetRecord(first, set.shards(), set);
        if (added.end() > end) {
            throw new ClusterException(
                    ClusterException.Code.BAD_CONFIG,
                    "there is no room for the " + set.shards() + " shards of set " + set.name() + ": " + (end - first)
                            + " are left; raise setShards on every node");
        }
        proposing = true;
        CompletableFuture<?> unused = store.txn(Txn.guarded(
                        List.of(
                                Compare.absent(ClusterKeys.set(set.name())),
                                Compare.modRevision(ClusterKeys.NEXT_SHARD, next == null ? 0 : next.modRevision())),
                        List.of(
                                new Op.Put(ClusterKeys.set(set.name()), added.encode()),
                                new Op.Put(ClusterKeys.NEXT_SHARD, ClusterKeys.epochBytes(added.end())))))
                .thenCompose(result -> store.awaitRevision(result.revision()))
                .whenCompleteAsync(
                        (revision, failure) -> {
                            proposing = false; // whatever came of it: the next tick looks again
                            if (failure != null) {
                                LOG.debug("set {} was not added yet: {}", set.name(), failure.toString());
                            }
                        },
                        cluster);
    }
}
