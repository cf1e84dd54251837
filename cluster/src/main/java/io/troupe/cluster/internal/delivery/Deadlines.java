package io.troupe.cluster.internal.delivery;

/** When the next look at the deadlines of a channel is due: never too late, at times too early. */
final class Deadlines {
    /** False: no message has a deadline. True: none has one before {@code nearestNs}. */
    private boolean any;

    private long nearestNs;

    void note(OutboundMessage message) {
        long deadline = message.deadlineNs();
        if (deadline != OutboundMessage.NO_DEADLINE && (!any || deadline - nearestNs < 0)) {
            any = true;
            nearestNs = deadline;
        }
    }

    boolean isDue(long nowNs) {
        return any && nowNs - nearestNs >= 0;
    }

    void clear() {
        any = false;
    }
}
