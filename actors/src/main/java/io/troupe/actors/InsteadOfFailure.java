package io.troupe.actors;

import org.jspecify.annotations.Nullable;

/**
 * A handler that must not stand still when what it wanted to do about a message cannot be done: the message is gone
 * then, and nobody else would go on with it.
 *
 * @param <S> the state
 * @param <M> the messages it takes
 */
interface InsteadOfFailure<S, M> {
    /**
     * {@return what is done instead; null when the message is to end as failed}
     *
     * @param state   the state after all earlier messages
     * @param message the message
     * @param choice  how many of these choices could not be done either
     * @param context what the actor may ask
     * @throws Exception when the choice cannot be made: then the next one is asked for
     */
    @Nullable
    Effect<S> instead(S state, M message, int choice, ActorContext<M> context) throws Exception;
}
