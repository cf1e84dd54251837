package io.troupe.chaos.process;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which way the bytes flow that a fault touches. */
public enum Direction {
    /** From the node that dials to the node that listens. */
    FORWARD,
    /** From the node that listens to the node that dials. */
    BACKWARD,
    /** Both ways. */
    BOTH;

    boolean includes(Direction other) {
        return this == BOTH || this == other;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Direction parse(String word) {
        return Arrays.stream(values())
                .filter(direction -> direction.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown direction '" + word + "' (known: "
                        + Arrays.stream(values()).map(Direction::word).collect(Collectors.joining(", ")) + ")"));
    }
}
