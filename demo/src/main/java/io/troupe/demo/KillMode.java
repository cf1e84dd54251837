package io.troupe.demo;

import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Which node dies half-way. */
enum KillMode {
    LEADER,
    RANDOM,
    NONE;

    static KillMode parse(String text) {
        for (KillMode mode : values()) {
            if (mode.label().equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("expected leader, random or none, but was '" + text + "'");
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return the node to kill} The seed makes the choice repeatable. */
    String victim(List<String> nodeIds, String leader, long seed) {
        return this == LEADER ? leader : nodeIds.get(new Random(seed).nextInt(nodeIds.size()));
    }
}
