package io.troupe.transport.internal.frame;

/**
 * Where a node stands in the session of a link and what it takes there, as it says it in the handshake.
 *
 * @param session  the session; 0 for none
 * @param position the bytes of frames received in it
 * @param ackEvery after how many more received bytes this node wants to hear of it, for it keeps them until then
 * @param maxFrameLength the longest body of a frame that this node takes, in bytes
 */
public record SessionPoint(long session, long position, int ackEvery, int maxFrameLength) {
    /** Of a node that has no session. */
    public static final SessionPoint NONE = new SessionPoint(0, 0, 0, 0);

    /** Its bytes in a handshake. */
    static final int LENGTH = 8 + 8 + 4 + 4;
}
