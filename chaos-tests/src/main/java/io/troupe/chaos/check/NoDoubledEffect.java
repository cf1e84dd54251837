package io.troupe.chaos.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * No message has two effects, and none that was reported as failed has one: its sender may send it anew, which would
 * double it.
 */
public final class NoDoubledEffect implements Checker {
    /** Holds nothing. */
    public NoDoubledEffect() {}

    @Override
    public String name() {
        return "no-doubled-effect";
    }

    @Override
    public Verdict check(History history) {
        Set<String> failed = new HashSet<>();
        for (Event.Tell tell : history.all(Event.Tell.class)) {
            if (tell.outcome() == Event.Settlement.FAILED) {
                failed.add(tell.op());
            }
        }
        Findings findings = new Findings(name(), "effects");
        Map<String, Event.Effect> firstOf = new HashMap<>();
        for (List<Event.Effect> effects : history.effectsByEntity().values()) {
            for (Event.Effect effect : effects) {
                findings.checked();
                Event.Effect first = firstOf.putIfAbsent(effect.op(), effect);
                if (first != null) {
                    findings.violation("message " + effect.op() + " has two effects: at " + place(first) + " and at "
                            + place(effect));
                } else if (failed.contains(effect.op())) {
                    findings.violation(
                            "message " + effect.op() + " was reported as failed and has an effect at " + place(effect));
                }
            }
        }
        return findings.verdict("there is no effect");
    }

    private static String place(Event.Effect effect) {
        return effect.entity() + " position " + effect.position() + " (epoch " + effect.epoch() + ")";
    }
}
