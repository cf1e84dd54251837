package io.troupe.demo;

import java.util.List;
import java.util.Random;

/** Whom it hits half-way. */
enum KillMode {
    LEADER,
    RANDOM,
    ALL,
    NONE;

    static KillMode parse(String text) {
        return Labels.parse(KillMode.class, text);
    }

    String label() {
        return Labels.of(this);
    }

    /** {@return the nodes that are hit} The seed makes the choice repeatable. */
    List<String> victims(List<String> nodeIds, String leader, long seed) {
        return switch (this) {
            case LEADER -> List.of(leader);
            case RANDOM -> List.of(nodeIds.get(new Random(seed).nextInt(nodeIds.size())));
            case ALL -> nodeIds;
            case NONE -> List.of();
        };
    }
}
