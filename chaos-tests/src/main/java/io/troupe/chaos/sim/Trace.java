package io.troupe.chaos.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** What happened, as a 64-bit hash always, and as lines when a schedule is replayed. */
final class Trace {
    private final boolean keepsLines;
    private final List<String> lines = new ArrayList<>();
    private long hash = 0xcbf29ce484222325L;

    Trace(boolean keepsLines) {
        this.keepsLines = keepsLines;
    }

    void event(long now, String what, int node) {
        mix(now);
        mix(what.hashCode() * 31L + node);
        if (keepsLines) {
            line(now, what, node);
        }
    }

    /** A detail; its number goes into the hash, its words only into the lines. */
    void detail(long number, @Nullable Object... words) {
        mix(number);
        if (keepsLines) {
            lines.add("      " + number + " " + Arrays.toString(words));
        }
    }

    long hash() {
        return hash;
    }

    List<String> lines() {
        return lines;
    }

    private void mix(long value) {
        long mixed = (hash ^ value) * 0x9e3779b97f4a7c15L;
        hash = mixed ^ (mixed >>> 29);
    }

    private void line(long now, String what, int node) {
        lines.add((now / 1000) + " us " + (node < 0 ? "" : "n" + (node + 1) + " ") + what);
    }
}
