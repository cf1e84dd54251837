package io.troupe.actors;

/**
 * A volatile actor: its state is its fields, and is lost with its node. One call at a time; an instance belongs to one
 * activation of one entity.
 *
 * @param <M> the messages it takes
 */
@FunctionalInterface
public interface Handler<M> {
    /**
     * Handles a message. When it throws, {@link #onError} decides.
     *
     * @param message the message
     * @param context what the actor may ask and do
     * @throws Exception when the message could not be handled
     */
    void receive(M message, ActorContext<M> context) throws Exception;

    /**
     * Called before the first message of this instance, on the same thread. When it throws, the instance is given up
     * and the message that woke the actor has failed once: another instance tries, up to {@value Kind#MAX_ATTEMPTS}
     * attempts in all.
     *
     * @param context the actor; there is no message to answer
     * @throws Exception when the actor cannot start
     */
    default void preStart(ActorContext<M> context) throws Exception {}

    /**
     * Called once on every instance whose {@link #preStart} has returned: when it is passivated, stopped or restarted,
     * when this node loses its shard, and when the node is closed. Not when the process dies, nor when a handler of a
     * closing node does not return within a second. After the loss of a shard {@link ActorContext#isOwner} is false and
     * the next owner's instance may run already: then free what is local, and write nowhere.
     *
     * @param context the actor; there is no message to answer
     * @throws Exception logged, and nothing else
     */
    default void postStop(ActorContext<M> context) throws Exception {}

    /**
     * Decides what follows when {@link #receive} has thrown. What it throws itself is logged and taken for
     * {@link Supervision#RESTART}.
     *
     * @param message the message that could not be handled
     * @param failure what was thrown
     * @param context the actor; the message can no longer be answered
     * @return what becomes of the actor and the message
     */
    default Supervision onError(M message, Throwable failure, ActorContext<M> context) {
        return Supervision.RESTART;
    }

    /**
     * Decides what becomes of a child that has failed and answered {@link Supervision#ESCALATE}. The message that
     * failed has ended as failed; the child takes none until this is decided. ESCALATE ends the child, and this actor
     * escalates itself. What this throws is logged and taken for RESTART.
     *
     * @param child   the child
     * @param failure what it has thrown
     * @param context the actor; there is no message to answer
     * @return what becomes of the child
     */
    default Supervision onChildFailure(Pid<?> child, Throwable failure, ActorContext<M> context) {
        return Supervision.RESTART;
    }
}
