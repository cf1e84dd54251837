package io.troupe.chaos.sim;

/** A bug planted in the simulated shell, to prove that the invariants would notice it in the real one. */
enum Plant {
    NONE,
    /** An effect is told before the log has it. */
    ACK_BEFORE_COMMIT,
    /** A commit does not compare the commit it was computed on. */
    NO_PREDECESSOR,
    /** A commit does not compare the fence. */
    NO_FENCE,
    /** A commit carries no settle mark. */
    NO_SETTLE,
    /** A node goes on after its lease has passed. */
    NO_SELF_FENCING,
    /** The lease counts from the answer to a keep-alive. */
    LEASE_FROM_ANSWER,
    /** A shard is active without a raised fence. */
    NO_RAISED_FENCE,
    /** What was discarded goes behind what an earlier refusal left. */
    DISCARDED_TO_TAIL,
    /** A lease that passes and is renewed between two ticks wakes nobody. */
    RENEWAL_UNNOTICED,
    /** A session that ended unseen is not opened anew. */
    SESSION_UNNOTICED
}
