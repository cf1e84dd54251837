package io.troupe.cluster.internal.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import io.troupe.cluster.ShardSet.Strategy;
import org.jspecify.annotations.Nullable;

/**
 * Decides which node is to own which shard. Pure: the same input gives the same plan on every node and JVM.
 *
 * <p>Every candidate gets a quota: its share of the shards by weight, rounded down, and the shards left over one each.
 * Those go first to candidates that already own more than their share, so that rounding alone moves nothing. A live
 * owner keeps its shards up to its quota; above it the ones with its lowest score are let go. Free shards go to the
 * candidate with the highest weighted rendezvous score ({@code -weight / ln(u)}, u uniform from the hash of node and
 * shard) that has room.
 *
 * <p>A pinned shard belongs to the node that it is pinned to, and counts as part of that node's quota.
 *
 * <p>So for equal weights the counts differ by one at most, a join or leave in a balanced cluster of N moves at most
 * ceil(S/N) + 1 shards, and a balanced cluster moves none. Costs O(S * N).
 */
public final class PlacementPlanner {
    private static final double HASH_BELOW = 1e9;

    private final Candidate[] nodes;
    private final long[] seeds;
    private final double[] loads;
    private final Preference preference;

    private PlacementPlanner(Candidate[] nodes, Preference preference) {
        this.nodes = nodes;
        this.preference = preference;
        seeds = new long[nodes.length];
        long seed = preference.strategy == Strategy.RANDOM ? ShardHash.finish(preference.seed) : 0;
        loads = new double[nodes.length];
        for (int node = 0; node < nodes.length; node++) {
            seeds[node] = ShardHash.hash("node", nodes[node].nodeId()) ^ seed;
            loads[node] = preference.loads.getOrDefault(nodes[node].nodeId(), 0);
        }
    }

    /**
     * Which candidate is preferred for a shard.
     *
     * @param first    the number of the set's first shard, so that small sets do not all begin on the same node
     * @param strategy how to prefer
     * @param loads    for LEAST_LOAD: the shards of other sets that each node owns
     * @param seed     for RANDOM: another one for every plan
     * @param pins     the shards of this set that are to live on a certain node as long as that is a candidate
     */
    public record Preference(
            int first, Strategy strategy, Map<String, Integer> loads, long seed, Map<Integer, String> pins) {
        /** That of the default set. */
        public static final Preference DEFAULT = of(0, Strategy.RENDEZVOUS);

        /**
         * {@return one without loads, seed and pins}
         *
         * @param first    the number of the set's first shard
         * @param strategy how to prefer
         */
        public static Preference of(int first, Strategy strategy) {
            return new Preference(first, strategy, Map.of(), 0, Map.of());
        }
    }

    /**
     * Plans the owners of all shards of the default set.
     *
     * @param shards     how many shards there are
     * @param candidates the live nodes, in any order, each node once
     * @param current    the node that owns each shard now; null, or a node that is no candidate, for none
     * @return the desired owner of each shard
     * @throws IllegalArgumentException if there is no candidate, a node is there twice, or lengths do not match
     */
    public static Candidate[] plan(int shards, List<Candidate> candidates, @Nullable String[] current) {
        return plan(shards, candidates, current, Preference.DEFAULT);
    }

    /**
     * Plans the owners of all shards of a set.
     *
     * @param shards     how many shards there are
     * @param candidates the live nodes, in any order, each node once
     * @param current    the node that owns each shard now; null, or a node that is no candidate, for none
     * @param preference whom to prefer
     * @return the desired owner of each shard
     * @throws IllegalArgumentException if there is no candidate, a node is there twice, or lengths do not match
     */
    public static Candidate[] plan(
            int shards, List<Candidate> candidates, @Nullable String[] current, Preference preference) {
        Candidate[] nodes = candidates.toArray(Candidate[]::new);
        Arrays.sort(nodes, Comparator.comparing(Candidate::nodeId));
        check(shards, nodes, current);
        return new PlacementPlanner(nodes, preference).plan(shards, current);
    }

    private Candidate[] plan(int shards, @Nullable String[] current) {
        int[] owner = new int[shards];
        int[] counts = new int[nodes.length];
        boolean[] pinned = new boolean[shards];
        int[] pins = new int[nodes.length];
        for (int shard = 0; shard < shards; shard++) {
            int pin = indexOf(nodes, preference.pins.get(shard));
            pinned[shard] = pin >= 0;
            owner[shard] = pin >= 0 ? pin : indexOf(nodes, current[shard]);
            if (pin >= 0) {
                pins[pin]++;
            }
            if (owner[shard] >= 0) {
                counts[owner[shard]]++;
            }
        }
        int[] quotas = quotas(shards, counts, pins);
        for (int node = 0; node < nodes.length; node++) {
            letGo(node, counts[node] - quotas[node], owner, pinned);
            counts[node] = Math.min(counts[node], quotas[node]);
        }
        for (int shard = 0; shard < shards; shard++) {
            if (owner[shard] < 0) {
                owner[shard] = bestWithRoom(shard, counts, quotas);
                counts[owner[shard]]++;
            }
        }
        Candidate[] desired = new Candidate[shards];
        Arrays.setAll(desired, shard -> nodes[owner[shard]]);
        return desired;
    }

    private static void check(int shards, Candidate[] nodes, @Nullable String[] current) {
        if (nodes.length == 0) {
            throw new IllegalArgumentException("no candidate: nobody can own the " + shards + " shards");
        }
        if (current.length != shards) {
            throw new IllegalArgumentException("current owners (" + current.length + ") must be given for each of the "
                    + shards + " shards, null for none");
        }
        for (int node = 1; node < nodes.length; node++) {
            if (nodes[node].nodeId().equals(nodes[node - 1].nodeId())) {
                throw new IllegalArgumentException("node " + nodes[node].nodeId() + " is a candidate twice");
            }
        }
    }

    private static int indexOf(Candidate[] nodes, @Nullable String nodeId) {
        if (nodeId == null) {
            return -1;
        }
        int low = 0;
        int high = nodes.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = nodes[middle].nodeId().compareTo(nodeId);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    /**
     * How many shards each node is to own; they add up to all shards. Who has more pinned shards than its share owns
     * just those, and the others share the rest.
     */
    private int[] quotas(int shards, int[] counts, int[] pins) {
        boolean[] full = new boolean[nodes.length];
        int left = shards;
        double total = 0;
        for (Candidate node : nodes) {
            total += node.weight();
        }
        boolean found;
        do { // each one found makes the share of the others smaller
            found = false;
            for (int node = 0; node < nodes.length; node++) {
                if (!full[node] && pins[node] > left * (nodes[node].weight() / total)) {
                    full[node] = true;
                    left -= pins[node];
                    total -= nodes[node].weight();
                    found = true;
                }
            }
        } while (found);
        int[] quotas = new int[nodes.length];
        double[] fractions = new double[nodes.length];
        int shared = left;
        for (int node = 0; node < nodes.length; node++) {
            double share = full[node] ? pins[node] : shared * (nodes[node].weight() / total);
            quotas[node] = full[node] ? pins[node] : Math.min((int) share, left);
            fractions[node] = full[node] ? -1 : share - quotas[node];
            left -= full[node] ? 0 : quotas[node];
        }
        Integer[] order = new Integer[nodes.length];
        Arrays.setAll(order, node -> node);
        Arrays.sort(
                order,
                Comparator.<Integer, Boolean>comparing(node -> full[node])
                        .thenComparing(node -> counts[node] <= quotas[node])
                        .thenComparing(node -> -fractions[node])
                        .thenComparing(node -> -score(node, 0, 0))
                        .thenComparing(node -> nodes[node].nodeId()));
        for (int turn = 0; left > 0; turn++, left--) {
            quotas[order[turn % order.length]]++;
        }
        return quotas;
    }

    private void letGo(int node, int surplus, int[] owner, boolean[] pinned) {
        if (surplus <= 0) {
            return;
        }
        List<Integer> owned = new ArrayList<>();
        for (int shard = 0; shard < owner.length; shard++) {
            if (owner[shard] == node && !pinned[shard]) {
                owned.add(shard);
            }
        }
        owned.sort(Comparator.<Integer>comparingDouble(shard -> score(node, shard, 0))
                .thenComparing(Comparator.naturalOrder()));
        for (int shard : owned.subList(0, surplus)) {
            owner[shard] = -1;
        }
    }

    private int bestWithRoom(int shard, int[] counts, int[] quotas) {
        int best = -1;
        double bestScore = 0;
        for (int node = 0; node < nodes.length; node++) {
            if (counts[node] < quotas[node]) {
                double score = score(node, shard, counts[node]);
                if (best < 0 || score > bestScore) {
                    best = node;
                    bestScore = score;
                }
            }
        }
        if (best < 0) {
            throw new IllegalStateException("no room for shard " + shard + ": the quotas " + Arrays.toString(quotas)
                    + " do not add up to the shards");
        }
        return best;
    }

    private double score(int node, int shard, int owned) {
        double hashed = hashed(node, shard);
        return switch (preference.strategy) {
            // Whoever is the first user of a LOCAL shard pins it: a plan knows of nobody's use.
            case RENDEZVOUS, RANDOM, LOCAL -> hashed;
            case ROUND_ROBIN -> shard % nodes.length == node ? Double.MAX_VALUE : hashed;
            // Loads are whole numbers, and so differ by more than the hash can make up for.
            case LEAST_LOAD ->
                -(loads[node] + owned) / nodes[node].weight() * HASH_BELOW + Math.min(hashed, HASH_BELOW / 2);
        };
    }

    /** Weighted rendezvous hashing. StrictMath, because Math.log may differ between JVMs and the plan must not. */
    private double hashed(int node, int shard) {
        long hash = ShardHash.finish(seeds[node] ^ ShardHash.finish(preference.first + shard + 1L));
        double uniform = ((hash >>> 11) + 0.5) * 0x1.0p-53;
        return -nodes[node].weight() / StrictMath.log(uniform);
    }
}
