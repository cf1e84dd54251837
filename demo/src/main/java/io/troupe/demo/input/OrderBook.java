package io.troupe.demo.input;

import java.util.List;

/**
 * All order lines of one run, in order. Held in memory as a whole: every line is checked before the first node starts.
 *
 * @param source what to call the input in the output
 * @param lines  the lines, immutable; line n has position n - 1
 */
public record OrderBook(String source, List<OrderLine> lines) {
    /** Most lines of one run: about 500 MB of launcher memory. */
    public static final int MAX_LINES = 10_000_000;
}
