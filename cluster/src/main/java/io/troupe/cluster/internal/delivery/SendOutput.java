package io.troupe.cluster.internal.delivery;

import io.troupe.metadata.SessionId;

/** What a {@link SendChannel} calls to put a message on its way. */
public interface SendOutput {
    /** What became of a message. */
    enum Taken {
        /** It is on its way. */
        YES,
        /** It cannot be taken now, and not a byte of it will leave: the ring is full, or no link is up. */
        NOT_NOW,
        /** Not a byte of it will leave: the owner's node takes none of its length. A Skip is never too large. */
        TOO_LARGE
    }

    /**
     * Offers a message to the owner; when {@link OutboundMessage#abandoned()}, as a Skip without content. May answer
     * into the channel ({@code onEnds}, {@code onAccepted}, {@code onNack}) before it returns.
     *
     * @param route   the owner and its epoch
     * @param message the message, with its shard and sequence
     * @param floor   the channel's lowest unsettled sequence
     * @param session the sender's session
     * @return what became of it
     */
    Taken transmit(Route route, OutboundMessage message, long floor, SessionId session);
}
