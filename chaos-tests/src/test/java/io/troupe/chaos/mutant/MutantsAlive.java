package io.troupe.chaos.mutant;

import java.util.List;

import static io.troupe.chaos.mutant.ProductionMutant.bug;

/** Bugs that nothing kills so far; {@code docs/testing.md} says why. */
final class MutantsAlive {
    private static final String STATE =
            "raft-metadata/src/main/java/io/troupe/metadata/internal/state/";

    /** Looked for in every fresh search. */
    static final List<ProductionMutant> ALIVE = List.of(
            bug(
                    "store keeps the keys of an ended session",
                    STATE + "Sessions.java",
                    "            state.delete(key, revision);\n",
                    "",
                    1));

    private MutantsAlive() {}
}
