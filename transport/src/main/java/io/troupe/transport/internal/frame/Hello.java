package io.troupe.transport.internal.frame;

/**
 * What a node says of itself before anything else.
 *
 * @param protocol    the version of what follows the handshake
 * @param incarnation a number drawn at random by each process, so that a restarted node is told from a living one
 * @param nodeId      who speaks
 * @param to          the node it means to speak to; empty in an answer to a node that said nothing of itself
 * @param identity    what both must agree on
 */
public record Hello(int protocol, long incarnation, String nodeId, String to, String identity) {
    /** The protocol that this code speaks. */
    public static final int PROTOCOL = 1;
}
