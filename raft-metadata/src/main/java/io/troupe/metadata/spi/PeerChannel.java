package io.troupe.metadata.spi;

/**
 * How the metadata protocols of one node reach those of other nodes. May lose, delay and repeat messages and must keep
 * the order of those that arrive over one connection; the protocols retry. Messages are at most
 * {@value #MAX_MESSAGE_LENGTH} bytes.
 */
public interface PeerChannel {
    /** Longest message, in bytes. */
    int MAX_MESSAGE_LENGTH = 384 * 1024;

    /**
     * Sends, or drops, a message. Never blocks, may be called from any thread.
     *
     * @param nodeId  the receiving node
     * @param message the bytes; not modified afterwards
     * @return false if the message was dropped at once (no connection, no space)
     */
    boolean send(String nodeId, byte[] message);

    /**
     * Whether a message for a node has a chance now. To a node without a link others pass on what is most urgent.
     *
     * @param nodeId the node
     * @return false only if {@link #send} would drop whatever it is given
     */
    default boolean isLinked(String nodeId) {
        return true;
    }

    /**
     * Sets who receives; called once, before anything is sent.
     *
     * @param receiver called on one thread of the channel; must not block
     */
    void receiver(Receiver receiver);

    /** Receives the messages of other nodes. */
    interface Receiver {
        /**
         * A message has arrived.
         *
         * @param nodeId  the sending node, as the connection's handshake established it
         * @param message its bytes, owned by the receiver
         */
        void onMessage(String nodeId, byte[] message);
    }
}
