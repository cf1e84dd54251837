package io.troupe.transport.internal.frame;

/**
 * What a node says of itself before anything else.
 *
 * @param protocol    the version of what follows the handshake
 * @param incarnation a number drawn at random by each process, so that a restarted node is told from a living one
 * @param nodeId      who speaks
 * @param to          the node it means to speak to; empty in an answer to a node that said nothing of itself
 * @param identity    what both must agree on
 * @param nonce       what this node wants to see proven, and proves; {@link Nonce#NONE} if it has no secret
 * @param point       where it stands in the session of a lane of the link
 */
public record Hello(
        int protocol, long incarnation, String nodeId, String to, String identity, Nonce nonce, SessionPoint point) {
    /** The protocol that this code speaks. */
    public static final int PROTOCOL = 4;

    /**
     * {@return the same, said to a node}
     *
     * @param node the node
     */
    public Hello saidTo(String node) {
        return new Hello(protocol, incarnation, nodeId, node, identity, nonce, point);
    }

    /**
     * {@return the same, in another handshake}
     *
     * @param drawn a nonce that was never used
     */
    public Hello with(Nonce drawn) {
        return new Hello(protocol, incarnation, nodeId, to, identity, drawn, point);
    }

    /**
     * {@return the same, from another place in the session}
     *
     * @param reached where the node stands
     */
    public Hello at(SessionPoint reached) {
        return new Hello(protocol, incarnation, nodeId, to, identity, nonce, reached);
    }

    /** {@return true if the node has a secret} */
    boolean hasSecret() {
        return !nonce.equals(Nonce.NONE);
    }
}
