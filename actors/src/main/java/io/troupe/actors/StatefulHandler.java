package io.troupe.actors;

/**
 * A durable actor: a function from state and message to an {@link Effect}. The state survives crashes of any minority
 * of the voters; the effect of each EXACTLY_ONCE message is applied exactly once. The function itself may run more than
 * once for one message, and on state that is not committed yet: everything it wants to happen must be in the effect.
 *
 * @param <S> the state: immutable, and registered with the messages
 * @param <M> the messages it takes
 */
public interface StatefulHandler<S, M> {
    /**
     * The state of an entity that has none yet. When it throws, the entity fails its messages for a second, and with
     * the next one it is tried again.
     *
     * @param id the entity
     * @return its first state, not null; not stored until an effect persists one
     */
    S initialState(EntityId id);

    /**
     * Decides what a message does. When it throws, it is tried again, up to {@value Kind#MAX_ATTEMPTS} attempts in all;
     * then the message ends as failed, without effect.
     *
     * @param state   the state after all earlier messages
     * @param message the message
     * @param context what the actor may ask
     * @return the effect
     * @throws Exception when the message could not be handled
     */
    Effect<S> receive(S state, M message, ActorContext<M> context) throws Exception;
}
