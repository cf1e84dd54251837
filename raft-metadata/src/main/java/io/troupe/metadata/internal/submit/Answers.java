package io.troupe.metadata.internal.submit;

/**
 * Carries answers to the protocol that asked. On the thread of both.
 *
 * @param submits  asks for transactions
 * @param sessions asks for everything else
 */
public record Answers(SubmitProtocol submits, SessionProtocol sessions) {
    /**
     * Delivers a message if it is an answer.
     *
     * @param from    the node that sent it
     * @param message the message
     * @param nowNs   the time
     * @return false if it is a question, which only a leader's gateway can answer
     */
    public boolean deliver(String from, Message message, long nowNs) {
        Message.Tag tag = message.tag();
        boolean submit = tag.kind() == Message.Kind.SUBMIT;
        if (message instanceof Message.Answered answered) {
            if (submit) {
                submits.onAnswered(tag, answered.outcome(), nowNs);
            } else {
                sessions.onAnswered(tag, answered.outcome(), nowNs);
            }
            return true;
        }
        if (message instanceof Message.NotLeading notLeading) {
            if (submit) {
                submits.onNotLeading(from, tag, notLeading.leader(), nowNs);
            } else {
                sessions.onNotLeading(from, tag, notLeading.leader(), nowNs);
            }
            return true;
        }
        return false;
    }
}
