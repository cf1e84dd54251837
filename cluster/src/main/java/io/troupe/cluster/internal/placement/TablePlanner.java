package io.troupe.cluster.internal.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;

import io.troupe.cluster.internal.placement.PlacementPlanner.Preference;
import org.jspecify.annotations.Nullable;

/**
 * Compares the shard table with the live nodes and says what to change. Pure, and by state: it does not matter how the
 * table came to be as it is.
 *
 * <p>First come shards whose owner is dead: they are granted anew, and nothing else is touched. Then moves whose target
 * has died, is draining or takes too long are called off. Then shards leave draining nodes and go where they are
 * pinned, and surplus shards leave nodes that have too many, at most so many at a time.
 */
public final class TablePlanner {
    private TablePlanner() {}

    /**
     * A live node that can own shards.
     *
     * @param nodeId      the node
     * @param incarnation its session's incarnation
     * @param weight      its share, relative to the others
     * @param draining    true if it is to own nothing
     * @param admitted    true if it may own shards of the set that is planned
     */
    public record Host(String nodeId, long incarnation, double weight, boolean draining, boolean admitted) {}

    /** One change of the table. */
    public sealed interface Change {
        /** {@return the shard} */
        int shard();
    }

    /**
     * A shard gets an owner that continues nothing.
     *
     * @param shard the shard
     * @param to    the owner
     */
    public record Grant(int shard, Host to) implements Change {}

    /**
     * The owner is to hand a shard over.
     *
     * @param shard the shard
     * @param to    the owner to be
     */
    public record Move(int shard, Host to) implements Change {}

    /**
     * A move is called off.
     *
     * @param shard the shard
     */
    public record Stay(int shard) implements Change {}

    /**
     * What is allowed besides grants.
     *
     * @param maxMoves   how many shards may move at a time
     * @param mayBalance true if shards may move for the sake of balance now
     * @param overdue    true for the id of a move that has taken too long
     */
    public record Policy(int maxMoves, boolean mayBalance, LongPredicate overdue) {}

    /**
     * Plans one set of shards.
     *
     * @param hosts   the live nodes that can own shards, in any order, also those that may own none of this set
     * @param records the shards of the set, null where one was never granted
     * @param policy  what is allowed
     * @param prefer  whom to prefer
     * @return the changes, in the order of the shards, which are counted from 0 within the set; empty if all is as it
     *     should be; moves that are called off alone if no node is admitted
     */
    public static List<Change> plan(
            List<Host> hosts, @Nullable ShardRecord[] records, Policy policy, Preference prefer) {
        SortedMap<String, Host> live = live(hosts);
        SortedMap<String, Host> takers = takers(live);
        if (takers.isEmpty()) {
            return calledOff(hosts, records, policy.overdue());
        }
        @Nullable String[] homes = new String[records.length];
        List<Change> changes = new ArrayList<>();
        int moving = 0;
        boolean homeless = false;
        for (int shard = 0; shard < records.length; shard++) {
            ShardRecord entry = records[shard];
            if (entry == null || !isLive(live, entry.owner(), entry.incarnation())) {
                homeless = true;
                continue;
            }
            ShardRecord.Target target = entry.target();
            boolean goes = goes(entry, takers, policy.overdue());
            if (target != null && !goes) {
                changes.add(new Stay(shard));
            }
            moving += goes ? 1 : 0;
            homes[shard] =
                    goes && target != null ? target.nodeId() : takers.containsKey(entry.owner()) ? entry.owner() : null;
        }
        if (homeless) {
            return grants(records, live, takers, homes, prefer);
        }
        return changes.isEmpty() ? moves(records, takers, homes, policy, policy.maxMoves() - moving, prefer) : changes;
    }

    /**
     * Of a set for which nothing else is planned now.
     *
     * @param hosts   as for {@link #plan}
     * @param records as for {@link #plan}
     * @param overdue true for the id of a move that has taken too long
     * @return the moves that are called off, since their live owners would wait for ever: for a target that is gone or
     *     may not own the shard any more, or because they take too long
     */
    public static List<Change> calledOff(List<Host> hosts, @Nullable ShardRecord[] records, LongPredicate overdue) {
        SortedMap<String, Host> live = live(hosts);
        SortedMap<String, Host> takers = takers(live);
        List<Change> changes = new ArrayList<>();
        for (int shard = 0; shard < records.length; shard++) {
            ShardRecord entry = records[shard];
            if (entry != null
                    && entry.target() != null
                    && isLive(live, entry.owner(), entry.incarnation())
                    && !goes(entry, takers, overdue)) {
                changes.add(new Stay(shard));
            }
        }
        return changes;
    }

    private static boolean goes(ShardRecord entry, Map<String, Host> takers, LongPredicate overdue) {
        ShardRecord.Target target = entry.target();
        return target != null && isLive(takers, target.nodeId(), target.incarnation()) && !overdue.test(entry.moveId());
    }

    private static SortedMap<String, Host> live(List<Host> hosts) {
        SortedMap<String, Host> live = new TreeMap<>();
        hosts.forEach(host -> live.put(host.nodeId(), host));
        return live;
    }

    /** Who may get shards of the set. */
    private static SortedMap<String, Host> takers(SortedMap<String, Host> live) {
        SortedMap<String, Host> admitted = new TreeMap<>(live);
        admitted.values().removeIf(host -> !host.admitted());
        SortedMap<String, Host> takers = new TreeMap<>(admitted);
        takers.values().removeIf(Host::draining);
        return takers.isEmpty() ? admitted : takers; // if all of them leave, none can
    }

    private static boolean isLive(Map<String, Host> live, String nodeId, long incarnation) {
        Host host = live.get(nodeId);
        return host != null && host.incarnation() == incarnation;
    }

    private static Candidate[] desired(Map<String, Host> takers, @Nullable String[] homes, Preference prefer) {
        List<Candidate> candidates = takers.values().stream()
                .map(host -> new Candidate(host.nodeId(), host.incarnation(), host.weight()))
                .toList();
        return PlacementPlanner.plan(homes.length, candidates, homes, prefer);
    }

    private static List<Change> grants(
            @Nullable ShardRecord[] records,
            Map<String, Host> live,
            Map<String, Host> takers,
            @Nullable String[] homes,
            Preference prefer) {
        Candidate[] desired = desired(takers, homes, prefer);
        List<Change> grants = new ArrayList<>();
        for (int shard = 0; shard < records.length; shard++) {
            ShardRecord entry = records[shard];
            Host to = takers.get(desired[shard].nodeId());
            if (to != null && (entry == null || !isLive(live, entry.owner(), entry.incarnation()))) {
                grants.add(new Grant(shard, to));
            }
        }
        return grants;
    }

    private static List<Change> moves(
            @Nullable ShardRecord[] records,
            Map<String, Host> takers,
            @Nullable String[] homes,
            Policy policy,
            int room,
            Preference prefer) {
        if (room <= 0) {
            return List.of();
        }
        Candidate[] desired = desired(takers, homes, prefer);
        List<Change> moves = new ArrayList<>();
        for (int shard = 0; shard < records.length && moves.size() < room; shard++) {
            ShardRecord entry = records[shard];
            Host to = takers.get(desired[shard].nodeId());
            if (entry == null
                    || to == null
                    || entry.target() != null
                    || to.nodeId().equals(entry.owner())) {
                continue;
            }
            boolean draining = !takers.containsKey(entry.owner());
            if (draining || policy.mayBalance() || prefer.pins().containsKey(shard)) {
                moves.add(new Move(shard, to));
            }
        }
        return moves;
    }
}
