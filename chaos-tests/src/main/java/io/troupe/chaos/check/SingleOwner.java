package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * At no instant do two nodes believe that they may run one shard, and a later belief has a higher epoch. Promised only
 * while the monotonic clocks run: after a suspended machine, overlaps are to be counted and not condemned.
 */
public final class SingleOwner implements Checker {
    /** Holds nothing. */
    public SingleOwner() {}

    @Override
    public String name() {
        return "single-owner";
    }

    @Override
    public Verdict check(History history) {
        Map<Shard, List<Event.Ownership>> byShard = new TreeMap<>();
        for (Event.Ownership ownership : history.all(Event.Ownership.class)) {
            byShard.computeIfAbsent(new Shard(ownership.set(), ownership.shard()), shard -> new ArrayList<>())
                    .add(ownership);
        }
        Findings findings = new Findings(name(), "ownerships");
        byShard.forEach((shard, ownerships) -> {
            ownerships.sort(Comparator.comparingLong(Event.Ownership::from).thenComparingLong(Event.Ownership::epoch));
            check(shard, ownerships, findings);
        });
        return findings.verdict("no ownership was recorded");
    }

    private static void check(Shard shard, List<Event.Ownership> byStart, Findings findings) {
        // The ownership before that lasts longest: if the next one overlaps any, it overlaps this one.
        Event.@Nullable Ownership longest = null;
        Event.@Nullable Ownership before = null;
        for (Event.Ownership next : byStart) {
            findings.checked();
            if (longest != null && end(longest) > next.from()) {
                findings.violation("shard " + shard + " has two believers from " + next.from() + " on: " + told(longest)
                        + " and " + told(next));
            } else if (before != null && next.epoch() <= before.epoch()) {
                findings.violation(
                        "shard " + shard + ": " + told(next) + " follows " + told(before) + ": the epoch must rise");
            }
            if (longest == null || end(next) > end(longest)) {
                longest = next;
            }
            before = next;
        }
    }

    private static long end(Event.Ownership ownership) {
        Long to = ownership.to();
        return to == null ? Long.MAX_VALUE : to;
    }

    private static String told(Event.Ownership ownership) {
        return ownership.node() + " (epoch " + ownership.epoch() + ", from " + ownership.from() + " to "
                + (ownership.to() == null ? "the end" : ownership.to()) + ")";
    }
}
