package io.troupe.chaos.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The first effects of the messages from one sender to one target follow each other in the order of sending. */
public final class PairOrder implements Checker {
    /** Holds nothing. */
    public PairOrder() {}

    @Override
    public String name() {
        return "pair-order";
    }

    @Override
    public Verdict check(History history) {
        Map<String, Event.Tell> tellOf = new HashMap<>();
        for (Event.Tell tell : history.all(Event.Tell.class)) {
            tellOf.put(tell.op(), tell);
        }
        Findings findings = new Findings(name(), "successive effects of a pair");
        for (Map.Entry<String, List<Event.Effect>> entry :
                history.effectsByEntity().entrySet()) {
            check(entry.getKey(), entry.getValue(), tellOf, findings);
        }
        return findings.verdict("no sender has two messages with effects on one target");
    }

    private static void check(
            String entity, List<Event.Effect> effects, Map<String, Event.Tell> tellOf, Findings findings) {
        Set<String> seen = new HashSet<>();
        Map<String, Event.Tell> newestOf = new HashMap<>();
        for (Event.Effect effect : effects) {
            Event.Tell tell = tellOf.get(effect.op());
            // Only first runs are ordered: a repeated one is for the checker of doubled effects.
            if (tell == null || !tell.target().equals(entity) || !seen.add(effect.op())) {
                continue;
            }
            Event.Tell newest = newestOf.get(tell.sender());
            if (newest == null) {
                newestOf.put(tell.sender(), tell);
                continue;
            }
            findings.checked();
            if (tell.sequence() > newest.sequence()) {
                newestOf.put(tell.sender(), tell);
            } else {
                findings.violation("at " + entity + ", sequence " + tell.sequence() + " of " + tell.sender()
                        + " (message " + tell.op() + ", position " + effect.position() + ") came after sequence "
                        + newest.sequence() + " (message " + newest.op() + ")");
            }
        }
    }
}
