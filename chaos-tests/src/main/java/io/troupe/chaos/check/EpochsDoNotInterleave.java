package io.troupe.chaos.check;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** Along the positions of an entity the epoch never falls, and no position is taken twice. */
public final class EpochsDoNotInterleave implements Checker {
    /** Holds nothing. */
    public EpochsDoNotInterleave() {}

    @Override
    public String name() {
        return "epochs-do-not-interleave";
    }

    @Override
    public Verdict check(History history) {
        Findings findings = new Findings(name(), "effects");
        for (List<Event.Effect> effects : history.effectsByEntity().values()) {
            Event.@Nullable Effect newest = null;
            for (Event.Effect effect : effects) {
                findings.checked();
                if (newest != null && newest.position() == effect.position()) {
                    findings.violation("position " + effect.position() + " of " + effect.entity()
                            + " is taken twice: by message " + newest.op() + " in epoch " + newest.epoch()
                            + " and by message " + effect.op() + " in epoch " + effect.epoch());
                } else if (newest != null && effect.epoch() < newest.epoch()) {
                    findings.violation("at position " + effect.position() + " of " + effect.entity() + ", message "
                            + effect.op() + " of epoch " + effect.epoch() + " follows message " + newest.op()
                            + " of the later epoch " + newest.epoch());
                }
                if (newest == null || effect.epoch() >= newest.epoch()) {
                    newest = effect;
                }
            }
        }
        return findings.verdict("there is no effect");
    }
}
