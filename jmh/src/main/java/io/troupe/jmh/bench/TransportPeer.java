package io.troupe.jmh.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.troupe.transport.MessagingSystem;
import io.troupe.transport.MessagingSystems;
import io.troupe.transport.Offer;
import io.troupe.transport.TransportConfig;
import org.agrona.DirectBuffer;

/** The other end of the transport benchmarks: echoes frames, or counts a stream of them. A child's main class. */
final class TransportPeer implements MessagingSystem.FrameHandler {
    static final String NODE = "peer";

    /** Comes back unchanged. */
    static final int ECHO = 1;

    /** Is counted. */
    static final int ONE_WAY = 2;

    /** Ends a stream: comes back once every frame before it was counted. */
    static final int END = 3;

    private final CompletableFuture<MessagingSystem> system = new CompletableFuture<>();

    private TransportPeer() {}

    /**
     * Runs the peer until the parent ends.
     *
     * @param arguments how long it spins, in microseconds
     * @throws IOException if standard input fails
     */
    public static void main(String[] arguments) throws IOException {
        TransportPeer peer = new TransportPeer();
        TransportConfig config = TransportConfig.builder(NODE)
                .bind(InetAddress.getLoopbackAddress().getHostAddress(), 0)
                .spin(Duration.ofNanos(Long.parseLong(arguments[0]) * 1_000))
                .build();
        try (MessagingSystem system = MessagingSystems.tcp(config, peer)) {
            peer.system.complete(system);
            system.start().join();
            Child.announce(Integer.toString(system.port()));
        }
    }

    @Override
    public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
        if (type != ONE_WAY) {
            Offer answer = system.join().offer(nodeId, type, buffer, offset, length);
            if (answer != Offer.ACCEPTED) {
                throw new BenchException("an answer to " + nodeId + " was " + answer);
            }
        }
    }

    @Override
    public void onLink(String nodeId, boolean up) {
        // The parent waits for its side.
    }

    @Override
    public void onRefused(String nodeId, String reason) {
        throw new BenchException(nodeId + " was refused: " + reason);
    }
}
