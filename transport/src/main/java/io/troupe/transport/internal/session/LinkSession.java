package io.troupe.transport.internal.session;

import io.troupe.transport.internal.frame.FrameLayout;
import io.troupe.transport.internal.frame.FramingException;
import io.troupe.transport.internal.frame.SessionPoint;
import org.agrona.DirectBuffer;

/**
 * What two processes know of their link whatever becomes of its connections: every frame accepted in a session arrives
 * once and in order, over as many connections as it takes, until the session ends. Pure; confined to one thread, but
 * for offers to the ring and {@link #maxFrameLength}.
 *
 * <p>Each direction has a position, the bytes of frames since the session began. In a handshake both ends say the
 * session they know and how far they have received. If it is the same one, and the other end's position is one this end
 * can go back to, the session goes on from there. Else it is over for both: the accepting end draws a new one, and
 * whatever the old one held is lost.
 *
 * <p>Invariants: the receiver counts a frame when it hands it on and never twice; a position said in a handshake does
 * not move until the handshake ends, for no other connection carries frames meanwhile; a connection that was replaced
 * carries none either.
 */
public final class LinkSession {
    private static final int MOST_BETWEEN_ACKS = 128 * 1024;

    /** Whatever the other end asks for, it is not told more often. */
    private static final int LEAST_BETWEEN_ACKS = 1024;

    private final SendRing ring;
    private final Assembly assembly;
    private final int ackEvery;
    private final int ownMaxFrameLength;

    /** Of what both ends take. */
    private volatile int maxFrameLength;

    /** 0 while there is no session. */
    private long id;

    /** After how many bytes the other end wants to hear of it. */
    private int otherAckEvery;

    private long received;

    /** The last position that the other end was told. */
    private long told;

    private int dropped;

    /**
     * No session yet.
     *
     * @param ringCapacity     of what is sent, in bytes
     * @param maxFrameLength the longest body of a frame that this end takes, in bytes
     */
    public LinkSession(int ringCapacity, int maxFrameLength) {
        ring = new SendRing(ringCapacity);
        assembly = new Assembly(maxFrameLength);
        ackEvery = ackEvery(ringCapacity);
        ownMaxFrameLength = maxFrameLength;
        this.maxFrameLength = maxFrameLength;
    }

    /**
     * {@return what a node says that never had a session on this link}
     *
     * @param ringCapacity     of what it will send, in bytes
     * @param maxFrameLength the longest body of a frame that it takes, in bytes
     */
    public static SessionPoint none(int ringCapacity, int maxFrameLength) {
        return new SessionPoint(0, 0, ackEvery(ringCapacity), maxFrameLength);
    }

    private static int ackEvery(int ringCapacity) {
        return Math.min(MOST_BETWEEN_ACKS, ringCapacity / 4);
    }

    /** {@return what is sent} */
    public SendRing ring() {
        return ring;
    }

    /** {@return the longest body of a frame that both ends take, in bytes; any thread} */
    public int maxFrameLength() {
        return maxFrameLength;
    }

    /** {@return how far the other end is known to be} */
    public long acked() {
        return ring.ackedPosition();
    }

    /** {@return whether there is a session} */
    public boolean isOpen() {
        return id != 0;
    }

    /** {@return what to say of it in a handshake} */
    public SessionPoint point() {
        return new SessionPoint(id, received, ackEvery, ownMaxFrameLength);
    }

    /**
     * The other end has dialled: answer it with {@link #point()}.
     *
     * @param said  what its handshake says
     * @param fresh a number drawn at random, not 0, for a session that begins: no process knows that of another one
     * @return true if the session goes on, false if one begins
     */
    public boolean accept(SessionPoint said, long fresh) {
        boolean goesOn = isOpen() && said.session() == id && ring.resume(said.position());
        if (!goesOn) {
            begin(fresh);
        }
        met(said);
        return goesOn;
    }

    /**
     * The other end has answered our dial.
     *
     * @param answer what its handshake says
     * @return true if the session goes on, false if one begins
     * @throws FramingException if it is neither; the session is over then, so that the next dial begins one
     */
    public boolean join(SessionPoint answer) throws FramingException {
        boolean goesOn = isOpen() && answer.session() == id;
        if (goesOn ? !ring.resume(answer.position()) : answer.position() != 0) {
            String state = "a welcome to session " + answer.session() + " at " + answer.position() + ", but session "
                    + id + " stands between " + ring.ackedPosition() + " and " + ring.sentPosition();
            end();
            throw new FramingException(state);
        }
        if (!goesOn) {
            if (answer.session() == 0) {
                throw new FramingException("a welcome without a session");
            }
            begin(answer.session());
        }
        met(answer);
        return goesOn;
    }

    private void met(SessionPoint other) {
        otherAckEvery = Math.max(LEAST_BETWEEN_ACKS, other.ackEvery());
        maxFrameLength = Math.min(ownMaxFrameLength, other.maxFrameLength());
        told = received;
    }

    private void begin(long session) {
        end();
        id = session;
    }

    /** The session is over; what it held is thrown away. */
    public void end() {
        dropped += ring.reset();
        assembly.clear();
        id = 0;
        received = 0;
        told = 0;
    }

    /** {@return the frames that ends of sessions have thrown away since this was last asked} */
    public int takeDropped() {
        int frames = dropped;
        dropped = 0;
        return frames;
    }

    /**
     * A part of a frame has come that is not the transport's own.
     *
     * @param flags  those of {@link FrameLayout}
     * @param type   its type
     * @param buffer holds its body
     * @param offset where the body starts
     * @param length how long it is
     * @return whether a frame ends with it: it is to be handed on now
     * @throws FramingException if it cannot come now; it is as if it had not come then
     */
    public boolean onPart(int flags, int type, DirectBuffer buffer, int offset, int length) throws FramingException {
        boolean ends = assembly.add(flags, type, buffer, offset, length);
        received += FrameLayout.wireLength(length);
        return ends;
    }

    /**
     * {@return the body of the frame that has ended with a part that was not its only one; until {@link #onHandedOn}}
     */
    public DirectBuffer whole() {
        return assembly.whole();
    }

    /** What {@link #whole} gave was handed on. */
    public void onHandedOn() {
        assembly.release();
    }

    /** {@return whether the other end waits to hear how far we are} */
    public boolean isAckDue() {
        return received - told >= otherAckEvery;
    }

    /** {@return whether something has come since the other end was told how far we are} */
    public boolean isUntold() {
        return received != told;
    }

    /** {@return how far we are, to be told to the other end now} */
    public long ack() {
        told = received;
        return received;
    }

    /**
     * The other end says how far it is.
     *
     * @param position its position
     * @throws FramingException if it cannot be there
     */
    public void onAck(long position) throws FramingException {
        if (!ring.ack(position)) {
            throw new FramingException("an acknowledgement of " + position + ", but what is under way lies between "
                    + ring.ackedPosition() + " and " + ring.sentPosition());
        }
    }
}
