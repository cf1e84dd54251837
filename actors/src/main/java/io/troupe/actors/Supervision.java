package io.troupe.actors;

/** What becomes of a volatile actor whose handler has failed, and of the message at hand. */
public enum Supervision {
    /** The actor goes on with the state it has. The message ends as failed. */
    RESUME,
    /**
     * A new handler takes the place of the old one and tries the message again, {@value Kind#MAX_ATTEMPTS} attempts in
     * all; then the message ends as failed. After more restarts than {@link RestartLimit} allows, as {@link #STOP}.
     */
    RESTART,
    /** The activation ends. The message ends as failed; what waits behind it is handled by a new activation. */
    STOP,
    /**
     * The message ends as failed, and who has spawned the actor decides in {@link Handler#onChildFailure}. With nobody
     * above, as {@link #STOP}, and it is logged as an error: entities, and local actors that no actor has spawned.
     */
    ESCALATE
}
