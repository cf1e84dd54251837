package io.troupe.chaos.sim;

/**
 * One operation of a client.
 *
 * @param number what it appends to its entity; its place among all operations, from 1
 * @param atNs   when it is sent
 * @param node   from which node
 * @param entity to which entity
 * @param kind   what it wants
 */
record ClientOp(int number, long atNs, int node, int entity, Kind kind) {
    private static final int ONE_POKE_IN = 3;

    /** True if its actor goes on without a majority. */
    boolean isUnfenced() {
        return entity >= Schedule.ENTITIES;
    }

    /** True if it may run no more than once, and is not lost unless nobody knows. */
    boolean isOnce() {
        return kind == Kind.QUERY || (kind == Kind.POKE && number % ONE_POKE_IN == 0);
    }

    /** What an operation wants. */
    enum Kind {
        /** Append the number, exactly once. */
        APPEND(38, 25),
        /** The same with a deadline. */
        APPEND_SOON(14, 5),
        /** Append the number, at least once. */
        APPEND_AGAIN(5, 5),
        /** Be refused by the handler. */
        REFUSED(5, 0),
        /** Answer the length of the list. */
        READ(10, 5),
        /** Let a volatile actor run it, at most once. */
        HINT(6, 5),
        /** Let a volatile actor run it, at least once; one in three exactly once, or nobody knows. */
        POKE(10, 15),
        /** Ask a volatile actor, which runs it exactly once or leaves the question open. */
        QUERY(12, 40);

        private final int percent;
        private final int percentOfMoves;

        Kind(int percent, int percentOfMoves) {
            this.percent = percent;
            this.percentOfMoves = percentOfMoves;
        }

        /** How often it is drawn. */
        int percent() {
            return percent;
        }

        /** How often it is drawn in a schedule about moves. */
        int percentOfMoves() {
            return percentOfMoves;
        }

        boolean appends() {
            return this == APPEND || this == APPEND_SOON || this == APPEND_AGAIN;
        }

        boolean isVolatile() {
            return this == HINT || this == POKE || this == QUERY;
        }
    }
}
