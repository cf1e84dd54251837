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
    /** What an operation wants. */
    enum Kind {
        /** Append the number, exactly once. */
        APPEND(38),
        /** The same with a deadline. */
        APPEND_SOON(14),
        /** Append the number, at least once. */
        APPEND_AGAIN(5),
        /** Be refused by the handler. */
        REFUSED(5),
        /** Answer the length of the list. */
        READ(10),
        /** Let a volatile actor run it, at most once. */
        HINT(6),
        /** Let a volatile actor run it, at least once. */
        POKE(10),
        /** Ask a volatile actor, which runs it exactly once or leaves the question open. */
        QUERY(12);

        private final int percent;

        Kind(int percent) {
            this.percent = percent;
        }

        /** How often it is drawn. */
        int percent() {
            return percent;
        }

        boolean appends() {
            return this == APPEND || this == APPEND_SOON || this == APPEND_AGAIN;
        }

        boolean isVolatile() {
            return this == HINT || this == POKE || this == QUERY;
        }
    }
}
