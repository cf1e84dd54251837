package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.troupe.actors.Outcome.Changes;
import io.troupe.cluster.spi.InboundMessage.Ending;
import io.troupe.metadata.Op;

/**
 * What a transaction came to: everything that its entities decided, or nothing.
 *
 * @param whole what is settled and told; its changes are those of all parts, in order
 * @param parts what becomes of each entity
 */
record JointOutcome(Outcome whole, List<Outcome> parts) {
    private static final byte[] NO_BYTES = {};

    /** All of it if every entity accepts; else the refusal of the first that does not. */
    static JointOutcome of(List<Outcome> decided) {
        for (int number = 0; number < decided.size(); number++) {
            Outcome outcome = decided.get(number);
            if (outcome.ending() != Ending.DONE) {
                String why = new String(outcome.reply(), StandardCharsets.UTF_8);
                return refused(
                        decided.size(),
                        number,
                        outcome.ending(),
                        TransactionCodec.refusal(number, why),
                        outcome.afterCommit());
            }
        }
        byte[] answers =
                TransactionCodec.answers(decided.stream().map(Outcome::reply).toList());
        if (answers.length > Op.Settle.MAX_REPLY_LENGTH) {
            return failed(
                    decided.size(),
                    "the answers of the entities have " + answers.length + " bytes together, the limit is "
                            + Op.Settle.MAX_REPLY_LENGTH + ": ask for less",
                    List.of());
        }
        Changes changes = new Changes(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<Outcome> parts = new ArrayList<>(decided.size());
        for (Outcome outcome : decided) {
            changes.ops().addAll(outcome.changes().ops());
            changes.sent().addAll(outcome.changes().sent());
            changes.reminders().addAll(outcome.changes().reminders());
            parts.add(told(outcome, answers));
        }
        return new JointOutcome(new Outcome(Ending.DONE, answers, null, NO_BYTES, changes, List.of()), parts);
    }

    /** Nobody alone is to blame. */
    static JointOutcome failed(int entities, String why, List<Runnable> afterCommit) {
        return refused(entities, 0, Ending.FAILED, why, afterCommit);
    }

    private static JointOutcome refused(int entities, int by, Ending ending, String why, List<Runnable> afterCommit) {
        Outcome whole = Outcome.without(ending, why);
        List<Outcome> parts = new ArrayList<>(entities);
        for (int number = 0; number < entities; number++) {
            parts.add(
                    number == by
                            ? new Outcome(ending, whole.reply(), null, NO_BYTES, Changes.NONE, afterCommit)
                            : whole);
        }
        return new JointOutcome(whole, parts);
    }

    /** The state and what runs after it are the entity's own; the answers are those of all, and so are the changes. */
    private static Outcome told(Outcome outcome, byte[] answers) {
        return new Outcome(
                Ending.DONE, answers, outcome.next(), outcome.encoded(), Changes.NONE, outcome.afterCommit());
    }
}
