package io.troupe.chaos.check;

import java.util.List;

/**
 * What one checker says about one history.
 *
 * @param checker who says it, such as {@code no-lost-ack}
 * @param result the verdict
 * @param checked how much was checked; a pass says nothing without it
 * @param unit what {@code checked} counts, in the plural
 * @param message one line: what was found, or why nothing could be
 * @param evidence more lines for a person: each violation, or the steps that lead to the first one
 */
public record Verdict(String checker, Result result, long checked, String unit, String message, List<String> evidence) {
    /**
     * Copies the evidence.
     *
     * @param checker who says it, such as {@code no-lost-ack}
     * @param result the verdict
     * @param checked how much was checked; a pass says nothing without it
     * @param unit what {@code checked} counts, in the plural
     * @param message one line: what was found, or why nothing could be
     * @param evidence more lines for a person: each violation, or the steps that lead to the first one
     */
    public Verdict {
        evidence = List.copyOf(evidence);
    }

    /** Only PASS lets a run pass. */
    public enum Result {
        /** Something was checked and all of it holds. */
        PASS,
        /** The promise is refuted. */
        FAIL,
        /** The budget ended before the answer; fails the run. */
        UNKNOWN,
        /** The history has nothing to check; fails the run. */
        INVALID
    }

    /** {@return whether the promise was checked and holds} */
    public boolean passes() {
        return result == Result.PASS;
    }

    /** {@return the verdict in one line} */
    public String line() {
        return inOneLine(String.format(
                "%-24s %-7s %9d %s%s", checker, result, checked, unit, message.isEmpty() ? "" : ": " + message));
    }

    /** {@return the text with every control character shown as a question mark} Names come from the run. */
    static String inOneLine(String text) {
        return text.replaceAll("\\p{Cntrl}|[\\u0085\\u2028\\u2029]", "?");
    }
}
