package io.troupe.chaos.check;

import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/** At the end all nodes that are up show one and the same shard map. */
public final class Convergence implements Checker {
    /** Holds nothing. */
    public Convergence() {}

    @Override
    public String name() {
        return "convergence";
    }

    @Override
    public Verdict check(History history) {
        NavigableMap<String, NavigableMap<Shard, Event.View>> maps =
                FinalRound.of(history).maps();
        Findings findings = new Findings(name(), "shards compared");
        if (maps.values().stream().allMatch(NavigableMap::isEmpty)) {
            return findings.verdict("no node that is up in the final round showed a map");
        }
        List<String> nodes = List.copyOf(maps.keySet());
        for (String node : nodes) {
            if (Objects.requireNonNull(maps.get(node)).isEmpty()) {
                findings.violation(node + " is up in the final round and showed no map");
            }
        }
        String reference = nodes.get(0);
        for (String other : nodes.subList(1, nodes.size())) {
            compare(
                    reference,
                    Objects.requireNonNull(maps.get(reference)),
                    other,
                    Objects.requireNonNull(maps.get(other)),
                    findings);
        }
        return findings.verdict("one node alone has nothing to agree with");
    }

    private static void compare(
            String one,
            NavigableMap<Shard, Event.View> left,
            String other,
            NavigableMap<Shard, Event.View> right,
            Findings findings) {
        if (left.isEmpty() || right.isEmpty()) {
            return;
        }
        NavigableSet<Shard> shards = new TreeSet<>(left.keySet());
        shards.addAll(right.keySet());
        for (Shard shard : shards) {
            findings.checked();
            String byOne = told(left.get(shard));
            String byOther = told(right.get(shard));
            if (!byOne.equals(byOther)) {
                findings.violation(
                        "shard " + shard + " is " + byOne + " for " + one + " and " + byOther + " for " + other);
            }
        }
    }

    private static String told(Event.@Nullable View view) {
        if (view == null) {
            return "not known";
        }
        return (view.owner() == null ? "without owner" : "owned by " + view.owner()) + " in epoch " + view.epoch();
    }
}
