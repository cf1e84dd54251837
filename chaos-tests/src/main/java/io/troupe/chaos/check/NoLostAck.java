package io.troupe.chaos.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Every message that was acknowledged as committed has its effect on its target. */
public final class NoLostAck implements Checker {
    /** Holds nothing. */
    public NoLostAck() {}

    @Override
    public String name() {
        return "no-lost-ack";
    }

    @Override
    public Verdict check(History history) {
        Map<String, Set<String>> entitiesOf = new HashMap<>();
        for (Event.Effect effect : history.all(Event.Effect.class)) {
            entitiesOf.computeIfAbsent(effect.op(), op -> new HashSet<>()).add(effect.entity());
        }
        Findings findings = new Findings(name(), "acknowledged messages");
        for (Event.Tell tell : history.all(Event.Tell.class)) {
            if (tell.outcome() == Event.Settlement.COMMITTED) {
                findings.checked();
                if (!entitiesOf.getOrDefault(tell.op(), Set.of()).contains(tell.target())) {
                    findings.violation("message " + tell.op() + " (" + tell.sender() + " to " + tell.target()
                            + ", sequence " + tell.sequence() + ") was acknowledged and has no effect");
                }
            }
        }
        return findings.verdict("no message was acknowledged");
    }
}
