package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * At the end, in every node's map, each shard is owned by a node that is up, and within a shard set no node owns over
 * one shard more than another. For nodes of equal weight that are all eligible.
 */
public final class Balance implements Checker {
    /** Most shards minus fewest shards of a set, over all nodes that are up. */
    static final int MAX_DIFFERENCE = 1;

    /** Holds nothing. */
    public Balance() {}

    @Override
    public String name() {
        return "balance";
    }

    @Override
    public Verdict check(History history) {
        NavigableMap<String, NavigableMap<Shard, Event.View>> maps =
                FinalRound.of(history).maps();
        Findings findings = new Findings(name(), "shards in final maps");
        maps.forEach((node, map) -> {
            Map<String, Map<String, Integer>> countsBySet = new TreeMap<>();
            map.forEach((shard, view) -> {
                findings.checked();
                Map<String, Integer> counts = countsBySet.computeIfAbsent(shard.set(), set -> zeroEach(maps.keySet()));
                String owner = view.owner();
                if (owner == null) {
                    findings.violation("by the map of " + node + ", shard " + shard + " has no owner");
                } else if (counts.computeIfPresent(owner, (name, count) -> count + 1) == null) {
                    findings.violation("by the map of " + node + ", shard " + shard + " is owned by " + owner
                            + ", which is not up");
                }
            });
            countsBySet.forEach((set, counts) -> {
                if (Collections.max(counts.values()) - Collections.min(counts.values()) > MAX_DIFFERENCE) {
                    findings.violation("by the map of " + node + ", the shards of set " + set + " are spread "
                            + spread(counts) + ": at most " + MAX_DIFFERENCE + " apart is balanced");
                }
            });
        });
        return findings.verdict("no node that is up in the final round showed a map");
    }

    private static Map<String, Integer> zeroEach(Iterable<String> nodes) {
        Map<String, Integer> counts = new TreeMap<>();
        nodes.forEach(node -> counts.put(node, 0));
        return counts;
    }

    private static String spread(Map<String, Integer> counts) {
        List<String> words = new ArrayList<>();
        counts.forEach((node, count) -> words.add(node + " " + count));
        return String.join(", ", words);
    }
}
