package io.troupe.cluster.internal.listing;

import java.util.List;

import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.spi.ActorRange;

/** What one node asks another about its active actors, and the answer. */
public sealed interface Listing {
    /** {@return the number that the asking node gave the question} */
    long number();

    /**
     * A question.
     *
     * @param number its number
     * @param range  which actors
     */
    record Ask(long number, ActorRange range) implements Listing {}

    /**
     * The answer.
     *
     * @param number the number of the question
     * @param more   true if others of the range follow
     * @param actors the first ones, in their order
     */
    record Part(long number, boolean more, List<ActorInfo> actors) implements Listing {}
}
