package io.troupe.actors;

/**
 * What becomes of the ticks of a reminder that nobody could be told of in time, because no owner of the entity was up.
 */
public enum CatchUp {
    /** One tick makes up for all of them. */
    LATEST,
    /** Each is made up for, one after the other. */
    EVERY
}
