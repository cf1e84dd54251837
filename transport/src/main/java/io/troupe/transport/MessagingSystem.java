package io.troupe.transport;

import java.util.concurrent.CompletableFuture;

import org.agrona.DirectBuffer;

/**
 * Frames between nodes: one link per pair of nodes, with one {@link Lane} or several, driven by one agent thread or,
 * with {@link ThreadingMode#DEDICATED}, by one for each lane. A frame arrives whole, unchanged, once, and after the
 * frames offered before it on the same lane, or not at all: a lost connection is made again and loses nothing, but the
 * session of two processes on a lane ends with either of them, or when they do not find each other for the session
 * timeout. What was under way then is lost, and the layer above sends it again.
 *
 * <p>{@link #offer} may be called from any thread, also from a handler; it never blocks, and throws only for a type or
 * a range that cannot be. While the system closes, no handler is called any more.
 */
public interface MessagingSystem extends AutoCloseable {
    /**
     * Binds the port and starts the agent.
     *
     * @return completes when frames can be offered; fails with {@link TransportException}
     */
    CompletableFuture<Void> start();

    /**
     * Offers a frame to a node; its bytes are copied before the call returns.
     *
     * @param nodeId the receiving node
     * @param lane   which frames it may wait for
     * @param type   1 to 65535; the meaning belongs to the layer above
     * @param buffer holds the body
     * @param offset where the body starts
     * @param length how long it is, in bytes
     * @return what became of it
     * @throws IllegalArgumentException  if there is no such type
     * @throws IndexOutOfBoundsException if the range does not lie in the buffer
     */
    Offer offer(String nodeId, Lane lane, int type, DirectBuffer buffer, int offset, int length);

    /**
     * The same on {@link Lane#ORDINARY}.
     *
     * @param nodeId the receiving node
     * @param type   1 to 65535; the meaning belongs to the layer above
     * @param buffer holds the body
     * @param offset where the body starts
     * @param length how long it is, in bytes
     * @return what became of it
     */
    default Offer offer(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
        return offer(nodeId, Lane.ORDINARY, type, buffer, offset, length);
    }

    /**
     * Adds a node to dial, or changes its address. Nodes that dial us need no entry.
     *
     * @param nodeId the node
     * @param host   its host
     * @param port   its messaging port
     */
    void addNode(String nodeId, String host, int port);

    /**
     * Forgets a node and closes its link.
     *
     * @param nodeId the node
     */
    void removeNode(String nodeId);

    /**
     * The state of a lane of the link to a node.
     *
     * @param nodeId the node
     * @param lane   one of its lanes
     * @return its state; not connected for a node never heard of
     */
    LinkState link(String nodeId, Lane lane);

    /**
     * The same of {@link Lane#ORDINARY}.
     *
     * @param nodeId the node
     * @return its state; not connected for a node never heard of
     */
    default LinkState link(String nodeId) {
        return link(nodeId, Lane.ORDINARY);
    }

    /** {@return the port this node listens on, known once started; 0 if it does not listen} */
    int port();

    /**
     * Closes the connections to a node at once, as a broken network would; they are dialled again. For tests of what
     * lies above.
     *
     * @param nodeId the node
     */
    void cut(String nodeId);

    /**
     * Makes one duty cycle of a system that was built with {@link ThreadingMode#INVOKER}: reads what has
     * come and hands it to the handler, writes what is waiting, looks at the timers. Does not block, but for a moment
     * at the end of a system with TLS.
     *
     * <p>One thread at a time calls it, not from a handler; all other calls may come from any thread. While nobody
     * calls it nothing arrives and nothing leaves: offers fill the ring, and after the link timeout the other ends give
     * the connections up. The sessions go on if it is called again in time. So call it as often as an answer may be
     * late, and at least once in every heartbeat interval.
     *
     * @return how much was done; 0 if there was nothing to do, and once the system is closed
     * @throws IllegalStateException if it is not started, has a thread of its own, or is called while it runs
     */
    default int invoke() {
        throw new IllegalStateException("the messaging system has a thread of its own");
    }

    /**
     * Stops the agents, closes every link and the port. Idempotent; waits a second at most, then logs that a
     * handler blocks. One that is invoked makes
     * its last duty cycles in here, whatever thread this is; from a handler it only begins to close, and the next call,
     * or further duty cycles, bring it to its end.
     */
    @Override
    void close();

    /** Receives frames and link changes, on the thread of the agent that drives their lane: must not block. */
    interface FrameHandler {
        /**
         * A frame has arrived.
         *
         * @param nodeId the sending node, as the handshake established it
         * @param type   the type it was offered with
         * @param buffer holds the body; valid during the call only
         * @param offset where the body starts
         * @param length how long it is, in bytes
         */
        void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length);

        /**
         * Something became of a lane of a link.
         *
         * @param nodeId the other node
         * @param lane   which lane
         * @param event  what
         */
        void onLink(String nodeId, Lane lane, LinkEvent event);

        /**
         * A frame to a node was {@link Offer#BACK_PRESSURED}, and now half of the ring is free; or the circuit has
         * closed, because of which frames were {@link Offer#CIRCUIT_OPEN}. Not said of a session that ends first: then
         * {@link LinkEvent#OPENED} is.
         *
         * @param nodeId the other node
         * @param lane   which lane of its link
         */
        default void onWritable(String nodeId, Lane lane) {}

        /**
         * A node was refused by the handshake, or refused us.
         *
         * @param nodeId the other node, or its address if it did not say
         * @param reason why, for a person
         */
        void onRefused(String nodeId, String reason);
    }
}
