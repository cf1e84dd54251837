package io.troupe.cluster.internal.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

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
 * <p>So for equal weights the counts differ by one at most, a join or leave in a balanced cluster of N moves at most
 * ceil(S/N) + 1 shards, and a balanced cluster moves none. Costs O(S * N).
 */
public final class PlacementPlanner {
    private PlacementPlanner() {}

    /**
     * Plans the owners of all shards.
     *
     * @param shards     how many shards there are
     * @param candidates the live nodes, in any order, each node once
     * @param current    the node that owns each shard now; null, or a node that is no candidate, for none
     * @return the desired owner of each shard
     * @throws IllegalArgumentException if there is no candidate, a node is there twice, or lengths do not match
     */
    public static Candidate[] plan(int shards, List<Candidate> candidates, @Nullable String[] current) {
        Candidate[] nodes = candidates.toArray(Candidate[]::new);
        Arrays.sort(nodes, Comparator.comparing(Candidate::nodeId));
        check(shards, nodes, current);
        int[] owner = new int[shards];
        int[] counts = new int[nodes.length];
        for (int shard = 0; shard < shards; shard++) {
            owner[shard] = indexOf(nodes, current[shard]);
            if (owner[shard] >= 0) {
                counts[owner[shard]]++;
            }
        }
        int[] quotas = quotas(shards, nodes, counts);
        long[] seeds = new long[nodes.length];
        for (int node = 0; node < nodes.length; node++) {
            seeds[node] = ShardHash.hash("node", nodes[node].nodeId());
            letGo(node, counts[node] - quotas[node], owner, nodes, seeds[node]);
            counts[node] = Math.min(counts[node], quotas[node]);
        }
        for (int shard = 0; shard < shards; shard++) {
            if (owner[shard] < 0) {
                owner[shard] = bestWithRoom(shard, nodes, seeds, counts, quotas);
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

    /** How many shards each node is to own; they add up to all shards. */
    private static int[] quotas(int shards, Candidate[] nodes, int[] counts) {
        double total = 0;
        for (Candidate node : nodes) {
            total += node.weight();
        }
        int[] quotas = new int[nodes.length];
        double[] fractions = new double[nodes.length];
        int left = shards;
        for (int node = 0; node < nodes.length; node++) {
            double share = shards * (nodes[node].weight() / total);
            quotas[node] = Math.min((int) share, left);
            fractions[node] = share - quotas[node];
            left -= quotas[node];
        }
        Integer[] order = new Integer[nodes.length];
        Arrays.setAll(order, node -> node);
        Arrays.sort(
                order,
                Comparator.<Integer, Boolean>comparing(node -> counts[node] <= quotas[node])
                        .thenComparing(node -> -fractions[node])
                        .thenComparing(node -> nodes[node].nodeId()));
        for (int turn = 0; left > 0; turn++, left--) {
            quotas[order[turn % order.length]]++;
        }
        return quotas;
    }

    private static void letGo(int node, int surplus, int[] owner, Candidate[] nodes, long seed) {
        if (surplus <= 0) {
            return;
        }
        List<Integer> owned = new ArrayList<>();
        for (int shard = 0; shard < owner.length; shard++) {
            if (owner[shard] == node) {
                owned.add(shard);
            }
        }
        owned.sort(Comparator.<Integer>comparingDouble(shard -> score(nodes[node], seed, shard))
                .thenComparing(Comparator.naturalOrder()));
        for (int shard : owned.subList(0, surplus)) {
            owner[shard] = -1;
        }
    }

    private static int bestWithRoom(int shard, Candidate[] nodes, long[] seeds, int[] counts, int[] quotas) {
        int best = -1;
        double bestScore = 0;
        for (int node = 0; node < nodes.length; node++) {
            if (counts[node] < quotas[node]) {
                double score = score(nodes[node], seeds[node], shard);
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

    /** StrictMath, because Math.log may differ between JVMs and the plan must not. */
    private static double score(Candidate node, long seed, int shard) {
        long hash = ShardHash.finish(seed ^ ShardHash.finish(shard + 1L));
        double uniform = ((hash >>> 11) + 0.5) * 0x1.0p-53;
        return -node.weight() / StrictMath.log(uniform);
    }
}
