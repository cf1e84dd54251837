package io.troupe.cluster.internal.delivery;

/** What the receiver does with one DATA frame. */
public enum Verdict {
    /** The next in order: run it (or end a Skip as SKIPPED), then {@link ReceiveChannel#onEnd}. */
    DELIVER,
    /** Accepted before and not ended yet: answer ACCEPTED. */
    IN_PROGRESS,
    /** Ended before: answer {@link ReceiveChannel#end} again. */
    SETTLED,
    /** The sender no longer waits for it: drop it. */
    BELOW_FLOOR,
    /** Earlier sequences have not arrived: drop it and answer ACCEPTED with the gap marked. */
    GAP,
    /** Too far above the floor: drop it and answer NACK BUSY. A sender with the same limits never gets here. */
    WINDOW_FULL
}
