package io.troupe.actors;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage.Ending;
import org.jspecify.annotations.Nullable;

/**
 * A message in a mailbox, with whoever waits for its end. A tell within the process has nobody, and lies in the mailbox
 * bare: then {@link LocalTell#BARE} speaks for it.
 */
sealed interface Mail permits Letter, LocalTell, Question {
    /** {@return the message}; throws if it is none of the kind's. */
    <M> M open(Kind<M> kind);

    /** {@return its identity; null if it has none} */
    @Nullable
    MessageId id();

    /**
     * {@return false if it must not be started any more; then it is ended} Called before the first attempt, again when
     * it comes back from the stash.
     */
    boolean begin();

    /** {@return the answer as it is told}; throws if it cannot be told, and then the handler has failed. */
    @Nullable
    Object seal(@Nullable Object reply);

    /** Tells that the handler has finished, with what {@link #seal} made of its answer. */
    void done(@Nullable Object sealed);

    /** Tells any other end. */
    void end(Ending ending, String why);

    /** {@return what to keep when it is put aside} */
    default Mail keeping(Object message) {
        return this;
    }
}
