package io.troupe.actors;

import java.util.Map;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import org.jspecify.annotations.Nullable;

/** How a {@link Transaction} ended, as far as its sender can prove it. */
public sealed interface TransactionOutcome {
    /**
     * The effects on all entities are in the log of a majority, in one entry.
     *
     * @param epoch   the epoch of the owner that said so, or {@link SendOutcome.Committed#RESOLVED}
     * @param answers what the entities have answered, by entity; without those that have not
     */
    record Committed(long epoch, Map<EntityId, Object> answers) implements TransactionOutcome {
        /**
         * Copies the answers.
         *
         * @param epoch   the epoch
         * @param answers the answers
         */
        public Committed {
            answers = Map.copyOf(answers);
        }

        /**
         * {@return what an entity has answered}
         *
         * @param entity the entity
         * @param type   the type of the answer
         * @param <R>    the type of the answer
         * @throws IllegalArgumentException if it has not answered, or with something else
         */
        public <R> R answer(Pid<?> entity, Class<R> type) {
            Object answer = answers.get(entity.entity());
            if (!type.isInstance(answer)) {
                throw new IllegalArgumentException(entity
                        + (answer == null
                                ? " has not answered: use thenReply in its handler"
                                : " has answered with a " + answer.getClass().getName() + ", not a " + type.getName()));
            }
            return type.cast(answer);
        }
    }

    /**
     * The handler of an entity refused its message; nothing was changed anywhere.
     *
     * @param by  the entity; the first one, in the order of the messages, if several did
     * @param why what its handler said
     */
    record Rejected(EntityId by, String why) implements TransactionOutcome {}

    /**
     * The handler of an entity failed on every try, or what the entities made is too large; nothing was changed
     * anywhere.
     *
     * @param by  the entity; null if it was none of them alone
     * @param why the last failure
     */
    record Failed(@Nullable EntityId by, String why) implements TransactionOutcome {}

    /**
     * Proven: the transaction has not run and never will. It is safe to run it anew.
     *
     * @param reason why not
     */
    record NotExecuted(SendOutcome.Reason reason) implements TransactionOutcome {}

    /**
     * It may have run, as a whole and once at most, or may not: {@link Transaction#resolve} settles it.
     *
     * @param messageId the transaction, to ask about later
     * @param why       what was lost, for a person
     */
    record Unknown(MessageId messageId, String why) implements TransactionOutcome {}
}
