package io.troupe.demo.input;

import java.util.Arrays;

/** Picks 0 to n - 1 with Zipf-like skew: item k is chosen in proportion to 1 / (k + 1)^0.8, so a few items are hot. */
final class SkewedChoice {
    private static final double EXPONENT = 0.8;

    /** Strictly ascending; the last element is the total weight. */
    private final double[] cumulative;

    SkewedChoice(int items) {
        cumulative = new double[items];
        double sum = 0;
        for (int item = 0; item < items; item++) {
            // StrictMath: the last bit must not depend on the machine, or the same seed gives another input.
            sum += 1 / StrictMath.pow(item + 1, EXPONENT);
            cumulative[item] = sum;
        }
    }

    int pick(SplitMix random) {
        double point = random.unit() * cumulative[cumulative.length - 1];
        int found = Arrays.binarySearch(cumulative, point);
        int item = found >= 0 ? found + 1 : -found - 1;
        return Math.min(item, cumulative.length - 1);
    }
}
