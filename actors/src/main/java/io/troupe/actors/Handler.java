package io.troupe.actors;

/**
 * A volatile actor: its state is its fields, and is lost with its node. One message at a time; an instance belongs to
 * one entity.
 *
 * @param <M> the messages it takes
 */
@FunctionalInterface
public interface Handler<M> {
    /**
     * Handles a message. When it throws, a new instance handles the message again, up to
     * {@value Kind#MAX_ATTEMPTS} attempts in all; then the message ends as failed.
     *
     * @param message the message
     * @param context what the actor may ask and do
     * @throws Exception when the message could not be handled
     */
    void receive(M message, ActorContext<M> context) throws Exception;
}
