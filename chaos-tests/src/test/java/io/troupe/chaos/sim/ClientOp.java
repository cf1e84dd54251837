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
        APPEND,
        /** The same with a deadline. */
        APPEND_SOON,
        /** Append the number, at least once. */
        APPEND_AGAIN,
        /** Be refused by the handler. */
        REFUSED,
        /** Answer the length of the list. */
        READ;

        boolean appends() {
            return this == APPEND || this == APPEND_SOON || this == APPEND_AGAIN;
        }
    }
}
