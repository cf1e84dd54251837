package io.troupe.transport;

import io.troupe.transport.internal.tcp.TcpMessagingSystem;

/** Makes messaging systems. */
public final class MessagingSystems {
    private MessagingSystems() {}

    /**
     * Frames over TCP; not started yet.
     *
     * @param config  the node and its links
     * @param handler receives frames and link changes
     * @return the messaging system
     */
    public static MessagingSystem tcp(TransportConfig config, MessagingSystem.FrameHandler handler) {
        return new TcpMessagingSystem(config, handler);
    }
}
