package io.troupe.actors;

import io.troupe.cluster.MessageId;
import org.jspecify.annotations.Nullable;

/**
 * A message that no actor handled: its handler failed on every try, it could not be decoded, or nobody here knows its
 * kind. Its sender was told Failed.
 *
 * @param target whom it was for; null if not even that could be decoded
 * @param id     the message; null if it was sent AT_MOST_ONCE, or came from a timer
 * @param why    what happened, for a person
 */
public record DeadLetter(
        @Nullable EntityId target, @Nullable MessageId id, String why) {}
