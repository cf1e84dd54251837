package io.troupe.transport.internal.frame;

import java.util.Set;

import io.troupe.transport.Lane;

/**
 * Where a node stands in the session of a lane and what it takes there, as it says it in the handshake.
 *
 * @param lane     which lane of the link the connection is for
 * @param lanes    the lanes that this node wants to have: a link has those that either of its ends wants
 * @param session  the session; 0 for none
 * @param position the bytes of frames received in it
 * @param ackEvery after how many more received bytes this node wants to hear of it, for it keeps them until then
 * @param maxFrameLength the longest body of a frame that this node takes, in bytes
 */
public record SessionPoint(Lane lane, Set<Lane> lanes, long session, long position, int ackEvery, int maxFrameLength) {
    /** Of a node that has no session. */
    public static final SessionPoint NONE = new SessionPoint(0, 0, 0, 0);

    /** Its bytes in a handshake. */
    static final int LENGTH = 1 + 1 + 8 + 8 + 4 + 4;

    /**
     * A place in the session of the ordinary lane, the only one that the node wants.
     *
     * @param session  the session; 0 for none
     * @param position the bytes of frames received in it
     * @param ackEvery after how many more received bytes this node wants to hear of it
     * @param maxFrameLength the longest body of a frame that this node takes, in bytes
     */
    public SessionPoint(long session, long position, int ackEvery, int maxFrameLength) {
        this(Lane.ORDINARY, Set.of(Lane.ORDINARY), session, position, ackEvery, maxFrameLength);
    }

    /**
     * {@return the same place on another lane}
     *
     * @param on     which lane
     * @param wanted the lanes that this node wants to have
     */
    public SessionPoint on(Lane on, Set<Lane> wanted) {
        return new SessionPoint(on, wanted, session, position, ackEvery, maxFrameLength);
    }
}
