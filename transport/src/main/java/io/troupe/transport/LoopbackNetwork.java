package io.troupe.transport;

import java.util.HashMap;
import java.util.Map;

import io.troupe.transport.MessagingSystem.FrameHandler;
import org.jspecify.annotations.Nullable;

/**
 * A network in the memory of one process: messaging systems that reach each other by their ids, whatever host and port
 * {@link MessagingSystem#addNode} is told. For tests of what lies above, and an example of the contract: one lock, and
 * a thread for each node. Frames are copied once. Thread-safe.
 */
public final class LoopbackNetwork {
    private static final int DEFAULT_CAPACITY = 4 * 1024 * 1024;
    private static final int DEFAULT_MAX_FRAME_LENGTH = 1024 * 1024;

    final int capacity;
    final int maxFrameLength;

    /** Guards every link of this network. */
    final Object lock = new Object();

    private final Map<String, LoopbackMessagingSystem> running = new HashMap<>();

    /** A network with the limits that hold by default: frames of 1 MiB, and 4 MiB under way to a node. */
    public LoopbackNetwork() {
        this(DEFAULT_CAPACITY, DEFAULT_MAX_FRAME_LENGTH);
    }

    /**
     * A network.
     *
     * @param capacity       the bytes that may be under way from one node to another
     * @param maxFrameLength the longest body of a frame, at most half of that
     */
    public LoopbackNetwork(int capacity, int maxFrameLength) {
        if (maxFrameLength < 1 || maxFrameLength > capacity / 2) {
            throw new TransportException(
                    TransportException.Code.BAD_CONFIG,
                    "maxFrameLength (" + maxFrameLength + ") must be from 1 to half of capacity (" + capacity / 2
                            + ")");
        }
        this.capacity = capacity;
        this.maxFrameLength = maxFrameLength;
    }

    /**
     * Makes a messaging system, not started yet. Its {@link MessagingSystem#start} fails while another one of the same
     * id runs on this network.
     *
     * @param nodeId  who it is
     * @param handler receives what the others say, on a thread of this system
     * @return the messaging system
     */
    public MessagingSystem node(String nodeId, FrameHandler handler) {
        return new LoopbackMessagingSystem(this, nodeId, handler);
    }

    /** With the lock: whoever has dialled the other one has a link to it now. */
    void enter(LoopbackMessagingSystem node) {
        if (running.putIfAbsent(node.nodeId, node) != null) {
            throw new TransportException(
                    TransportException.Code.BAD_CONFIG,
                    "a node " + node.nodeId + " runs on this network: close it first, or choose another id");
        }
        running.values().forEach(other -> LoopbackMessagingSystem.linkIfDialled(node, other));
    }

    /** With the lock. */
    void leave(LoopbackMessagingSystem node) {
        running.remove(node.nodeId, node);
    }

    /** With the lock. */
    @Nullable
    LoopbackMessagingSystem find(String nodeId) {
        return running.get(nodeId);
    }
}
