package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The configurations that a search has been in: which operations have taken effect, and the state they led to.
 *
 * <p>An operation of unknown outcome never has to take effect. So a configuration that differs from an earlier one only
 * in that more of those took effect can reach nothing that the earlier one could not: it counts as seen.
 */
final class ConfigurationSet {
    /** The operations of unknown outcome that took effect, smallest sets only, for each known part and state. */
    private final Map<Key, List<BitSet>> seen = new HashMap<>();

    /** Nearly all operations before the earliest open one have taken effect, so full words at the start are cut off. */
    private static final class Key {
        private final int fullWords;
        private final int state;
        private final long[] rest;

        private Key(int fullWords, int state, long[] rest) {
            this.fullWords = fullWords;
            this.state = state;
            this.rest = rest;
        }

        static Key of(BitSet known, int state) {
            long[] words = known.toLongArray();
            int full = 0;
            while (full < words.length && words[full] == -1L) {
                full++;
            }
            return new Key(full, state, Arrays.copyOfRange(words, full, words.length));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && fullWords == key.fullWords
                    && state == key.state
                    && Arrays.equals(rest, key.rest);
        }

        @Override
        public int hashCode() {
            return (Arrays.hashCode(rest) * 31 + fullWords) * 31 + state;
        }
    }

    /** {@return whether the configuration is new} It is seen from now on. */
    boolean add(BitSet known, BitSet unknown, int state) {
        List<BitSet> smallest = seen.computeIfAbsent(Key.of(known, state), key -> new ArrayList<>(1));
        for (BitSet earlier : smallest) {
            if (contains(unknown, earlier)) {
                return false;
            }
        }
        smallest.removeIf(earlier -> contains(earlier, unknown));
        smallest.add((BitSet) unknown.clone());
        return true;
    }

    /** {@return whether the configuration, or one that can reach all that it can, was added} */
    boolean covers(BitSet known, BitSet unknown, int state) {
        return seen.getOrDefault(Key.of(known, state), List.of()).stream()
                .anyMatch(earlier -> contains(unknown, earlier));
    }

    private static boolean contains(BitSet all, BitSet part) {
        for (int bit = part.nextSetBit(0); bit >= 0; bit = part.nextSetBit(bit + 1)) {
            if (!all.get(bit)) {
                return false;
            }
        }
        return true;
    }
}
