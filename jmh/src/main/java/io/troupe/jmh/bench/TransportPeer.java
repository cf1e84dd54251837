package io.troupe.jmh.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.MessagingSystems;
import io.troupe.transport.Offer;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.UnixSockets;
import io.troupe.transport.kryo.KryoCodec;
import io.troupe.transport.kryo.MessageRegistry;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The other end of the transport benchmarks: echoes frames, or counts a stream of them. A child's main class. */
final class TransportPeer implements MessagingSystem.FrameHandler {
    static final String NODE = "peer";

    /** Comes back unchanged. */
    static final int ECHO = 1;

    /** Three longs, read one by one. */
    static final int ONE_WAY = 2;

    /**
     * Ends a stream: once every frame before it was read, what this process has allocated so far comes back, and how
     * many frames of {@link #ONE_WAY} it has read.
     */
    static final int END = 3;

    /** A {@link Tick}, decoded. */
    static final int KRYO = 4;

    /** Before the directory with its certificate. */
    static final String TLS = "tls";

    /** Before the directory for its Unix-domain socket. */
    static final String SOCKETS = "sockets";

    static final KryoCodec CODEC =
            new KryoCodec(MessageRegistry.builder().add(1000, Tick.class).build());

    /** What the Kryo stream is made of. */
    record Tick(long instrument, long price, long quantity) {
        /** {@return one with values as long as real ones} */
        static Tick next() {
            return new Tick(1_000_001, 2_000_000_002L, 3_000_003);
        }
    }

    private final UnsafeBuffer answer = new UnsafeBuffer(new byte[2 * Long.BYTES]);

    /** Keeps the reads from being left out; confined to the agent. */
    private long seen;

    /** Confined to the agent. */
    private long frames;

    private final CompletableFuture<MessagingSystem> system = new CompletableFuture<>();

    private TransportPeer() {}

    /**
     * Runs the peer until the parent ends.
     *
     * @param arguments how long it spins, in microseconds, and {@link #TLS} or {@link #SOCKETS} with a directory
     * @throws IOException if standard input fails
     */
    public static void main(String[] arguments) throws IOException {
        TransportPeer peer = new TransportPeer();
        TransportConfig.Builder config = TransportConfig.builder(NODE)
                .bind(InetAddress.getLoopbackAddress().getHostAddress(), 0)
                .spin(Duration.ofNanos(Long.parseLong(arguments[0]) * 1_000));
        if (arguments.length > 1 && arguments[1].equals(TLS)) {
            config.tls(BenchCertificate.of(arguments[2], NODE));
        } else if (arguments.length > 1) {
            config.unixSockets(new UnixSockets(UnixSockets.Mode.ON, Path.of(arguments[2])));
        }
        try (MessagingSystem system = MessagingSystems.tcp(config.build(), peer)) {
            peer.system.complete(system);
            system.start().join();
            Child.announce(Integer.toString(system.port()));
        }
    }

    @Override
    public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
        switch (type) {
            case ONE_WAY -> {
                frames++;
                seen += buffer.getLong(offset)
                        ^ buffer.getLong(offset + Long.BYTES)
                        ^ buffer.getLong(offset + 2 * Long.BYTES);
            }
            case KRYO -> seen += ((Tick) CODEC.decode(buffer, offset, length)).price();
            case END -> {
                answer.putLong(0, Allocation.ofAllThreads() + (seen == 0 ? 1 : 0));
                answer.putLong(Long.BYTES, frames);
                answer(nodeId, type, answer, 0, 2 * Long.BYTES);
            }
            default -> answer(nodeId, type, buffer, offset, length);
        }
    }

    private void answer(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
        Offer outcome = system.join().offer(nodeId, type, buffer, offset, length);
        if (outcome != Offer.ACCEPTED) {
            throw new BenchException("an answer to " + nodeId + " was " + outcome);
        }
    }

    @Override
    public void onLink(String nodeId, Lane lane, LinkEvent event) {
        // The parent waits for its side.
    }

    @Override
    public void onRefused(String nodeId, String reason) {
        throw new BenchException(nodeId + " was refused: " + reason);
    }
}
