package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.List;

/** What a checker has counted and found so far, and the verdict that follows. */
final class Findings {
    /** More violations than this are counted, not kept. */
    static final int MAX_KEPT = 100;

    private final String checker;
    private final String unit;
    private final List<String> kept = new ArrayList<>();
    private long checked;
    private long violations;

    Findings(String checker, String unit) {
        this.checker = checker;
        this.unit = unit;
    }

    void checked() {
        checked++;
    }

    void violation(String what) {
        violations++;
        if (kept.size() < MAX_KEPT) {
            kept.add(what);
        }
    }

    /**
     * The verdict.
     *
     * @param nothing why nothing was checked, if that is so
     * @return FAIL with the first violation, INVALID if nothing was checked, or PASS
     */
    Verdict verdict(String nothing) {
        if (violations > 0) {
            String more = violations == 1 ? "" : " (the first of " + violations + ")";
            return new Verdict(checker, Verdict.Result.FAIL, checked, unit, kept.get(0) + more, kept);
        }
        return checked == 0
                ? new Verdict(checker, Verdict.Result.INVALID, 0, unit, nothing, List.of())
                : new Verdict(checker, Verdict.Result.PASS, checked, unit, "", List.of());
    }
}
