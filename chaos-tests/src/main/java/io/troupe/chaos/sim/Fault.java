package io.troupe.chaos.sim;

import java.util.Arrays;
import java.util.List;

/**
 * One fault of a schedule.
 *
 * @param kind   what happens
 * @param atNs   when it begins
 * @param lastNs how long it lasts
 * @param node   whom it hits
 * @param other  a second node, for faults that need one
 */
record Fault(Kind kind, long atNs, long lastNs, int node, int other) {
    /** What can happen. */
    enum Kind {
        /** The process dies and starts again from its disk. */
        CRASH,
        /** The process stands still while its clock goes on, as in a long collection. */
        PAUSE,
        /** The machine stands still with its clock: only safety is promised, not a single believer. */
        SUSPEND,
        /** Nobody reaches the node, and it reaches nobody. */
        ISOLATE,
        /** What the node sends to the other is lost, not what comes back. */
        ONE_WAY,
        /** Two nodes do not reach each other; the rest reaches both. */
        BRIDGE,
        /** A log changes its leader although the old one is well. */
        NEW_LEADER,
        /** The node's clock changes its rate within the bounds that the lease allows. */
        DRIFT,
        /** Another node asks that this one own nothing, and later takes it back: all its shards move twice. */
        DRAIN,
        /** The other node is asked to move some shard to this one; every second such order is taken back in the end. */
        MOVE;

        /** {@return all that leave nothing behind: a pin would change for good where a user's shards live} */
        static List<Kind> ofStorms() {
            return Arrays.stream(values()).filter(kind -> kind != MOVE).toList();
        }

        boolean isBetweenNodes() {
            return this == ISOLATE || this == ONE_WAY || this == BRIDGE || this == DRAIN || this == MOVE;
        }
    }

    Fault shorter() {
        return new Fault(kind, atNs, lastNs / 2, node, other);
    }
}
