package io.troupe.transport.internal.frame;

import org.agrona.DirectBuffer;

/**
 * The first frames of one connection. The dialling node says HELLO, the accepting one answers WELCOME or REFUSE; until
 * then nothing else is allowed.
 */
public final class LinkHandshake {
    private final Hello own;
    private final boolean dialled;

    /** What the shell must do next. */
    public sealed interface Step {}

    /**
     * The other node may be linked. An accepting node still has to look for a second link and to answer.
     *
     * @param other who it is
     */
    public record Agreed(Hello other) implements Step {}

    /**
     * We refuse: answer with the code, then close.
     *
     * @param other  who was refused
     * @param code   why
     * @param reason why, for a person
     */
    public record Refuse(Hello other, RefusalCode code, String reason) implements Step {}

    /**
     * The other node refused us, or is not the one we meant: close.
     *
     * @param other  who it is
     * @param code   why
     * @param reason why, for a person
     */
    public record Refused(Hello other, RefusalCode code, String reason) implements Step {}

    /**
     * A handshake whose first byte is still to come.
     *
     * @param own     what this node says; {@code to} is the dialled node
     * @param dialled true if this node dialled
     */
    public LinkHandshake(Hello own, boolean dialled) {
        this.own = own;
        this.dialled = dialled;
    }

    /**
     * A frame that came before the handshake was done.
     *
     * @param control true if it belongs to the transport
     * @param type    its type
     * @param buffer  holds its body
     * @param offset  where the body starts
     * @param length  how long it is
     * @return what to do
     * @throws FramingException if such a frame is not allowed now
     */
    public Step onFrame(boolean control, int type, DirectBuffer buffer, int offset, int length)
            throws FramingException {
        if (control && !dialled && type == Control.HELLO) {
            return onHello(Control.hello(buffer, offset, length));
        }
        if (control && dialled && type == Control.WELCOME) {
            return onWelcome(Control.hello(buffer, offset, length));
        }
        if (control && dialled && type == Control.REFUSE) {
            Control.Refusal refusal = Control.refusal(buffer, offset, length);
            return refused(refusal.by(), refusal.code());
        }
        throw new FramingException(
                (control ? "control" : "data") + " frame of type " + type + " before the end of the handshake");
    }

    private Step onHello(Hello other) {
        if (other.protocol() != own.protocol()) {
            return refuse(other, RefusalCode.PROTOCOL);
        }
        if (other.nodeId().equals(own.nodeId())) {
            return refuse(other, RefusalCode.SELF);
        }
        if (!other.to().equals(own.nodeId())) {
            return refuse(other, RefusalCode.WRONG_NODE);
        }
        if (!other.identity().equals(own.identity())) {
            return refuse(other, RefusalCode.IDENTITY);
        }
        return new Agreed(other);
    }

    /** The accepting node has checked us; we check it all the same, for it may be wrong about itself. */
    private Step onWelcome(Hello other) {
        if (other.protocol() != own.protocol()) {
            return refused(other, RefusalCode.PROTOCOL);
        }
        if (!other.nodeId().equals(own.to())) {
            return refused(other, RefusalCode.WRONG_NODE);
        }
        if (!other.identity().equals(own.identity())) {
            return refused(other, RefusalCode.IDENTITY);
        }
        return new Agreed(other);
    }

    /**
     * Refuses a node whose HELLO was fine by itself.
     *
     * @param other who is refused
     * @param code  why
     * @return the step
     */
    public Refuse refuse(Hello other, RefusalCode code) {
        return new Refuse(other, code, code.reason(own, other));
    }

    private Refused refused(Hello other, RefusalCode code) {
        return new Refused(other, code, code.reason(other, own));
    }

    /**
     * Whether an accepting node keeps the connection it has dialled itself and refuses this one. Of two that cross, the
     * one dialled by the smaller node id stays; a node of a new incarnation has no use for a link to its predecessor.
     *
     * @param own             this node
     * @param other           the node that dialled us
     * @param sameIncarnation false if our connection is known to lead to an earlier incarnation of that node
     * @return true to refuse
     */
    public static boolean keepsOwnDial(String own, String other, boolean sameIncarnation) {
        return sameIncarnation && own.compareTo(other) < 0;
    }
}
