package io.troupe.demo.verdict;

import java.util.Locale;

/**
 * What one entity has added up.
 *
 * @param events      how many messages took effect
 * @param units       sum of the quantities
 * @param amountMilli sum of quantity times unit price, in thousandths of a pound
 * @param lastLine    the line of the last message; 0 before the first
 * @param chain       {@code h = (h * 1000003 + line) mod 2^64} over the lines in the order they took effect: one lost,
 *                    doubled or swapped message changes it
 */
public record Totals(long events, long units, long amountMilli, long lastLine, long chain) {
    /** An entity that no message has reached. */
    public static final Totals NONE = new Totals(0, 0, 0, 0, 0);

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "events %d, units %d, amount %d.%03d, last line %d, chain %016x",
                events,
                units,
                amountMilli / 1000,
                Math.abs(amountMilli % 1000),
                lastLine,
                chain);
    }
}
