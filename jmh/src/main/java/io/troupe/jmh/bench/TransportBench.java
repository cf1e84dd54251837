package io.troupe.jmh.bench;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.troupe.transport.LinkEvent;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.MessagingSystems;
import io.troupe.transport.Offer;
import io.troupe.transport.TransportConfig;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.jspecify.annotations.Nullable;

/** One link between two JVMs. Round trips go from agent to agent: the answer to a frame makes the next one. */
final class TransportBench implements MessagingSystem.FrameHandler, AutoCloseable {
    static final String NODE = "bench";

    private static final int STREAM_PAYLOAD = 24;
    private static final long LIMIT_SECONDS = 120;

    private final Child peer;
    private final MessagingSystem system;
    private final TransportPeer.Tick tick = TransportPeer.Tick.next();
    private final CompletableFuture<Void> linked = new CompletableFuture<>();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[SocketPeer.PAYLOAD]);

    /** The measurement under way; set before its first frame is sent. */
    private volatile @Nullable PingPong pingPong;

    private volatile CompletableFuture<Long> streamEnd = new CompletableFuture<>();

    /** Confined to the agent once begun. */
    private static final class PingPong {
        final Histogram nanos = Rounds.histogram();
        final CompletableFuture<Void> done = new CompletableFuture<>();
        int left;
        long untilNs;
        long sentNs;
    }

    /**
     * Starts the other end, and waits for the link.
     *
     * @param spin how long both agents spin
     * @param tls  what both ends show, or null to encrypt nothing
     */
    TransportBench(Duration spin, @Nullable BenchCertificate tls) {
        List<String> arguments = new ArrayList<>(List.of(Long.toString(spin.toNanos() / 1_000)));
        if (tls != null) {
            arguments.add(tls.directory());
        }
        peer = Child.start(TransportPeer.class, arguments);
        String loopback = InetAddress.getLoopbackAddress().getHostAddress();
        TransportConfig.Builder config = TransportConfig.builder(NODE)
                .bind(loopback, 0)
                .node(TransportPeer.NODE, loopback, Integer.parseInt(peer.value()))
                .spin(spin);
        if (tls != null) {
            config.tls(BenchCertificate.of(tls.directory(), NODE));
        }
        system = MessagingSystems.tcp(config.build(), this);
        await(system.start());
        await(linked);
    }

    Histogram roundTrips(Rounds rounds) {
        PingPong run = new PingPong();
        run.left = rounds.roundTrips();
        run.untilNs = rounds.untilNs();
        pingPong = run;
        run.sentNs = System.nanoTime();
        offer(TransportPeer.ECHO, message, SocketPeer.PAYLOAD);
        await(run.done);
        return run.nanos;
    }

    /**
     * What came of a stream.
     *
     * @param rate      messages a second
     * @param allocated bytes per message, both processes
     */
    record Stream(double rate, double allocated) {}

    /** {@return how long the Kryo message is, in bytes} */
    int kryoLength() {
        return TransportPeer.CODEC.encode(TransportPeer.Tick.next()).length;
    }

    Stream oneWay(int count, boolean kryo) {
        long peerBefore = endStream();
        long ownBefore = Allocation.ofAllThreads();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (kryo) {
                DirectBuffer bytes = TransportPeer.CODEC.encodeView(tick);
                offer(TransportPeer.KRYO, bytes, bytes.capacity());
            } else {
                message.putLong(0, i);
                message.putLong(Long.BYTES, start);
                message.putLong(2 * Long.BYTES, count);
                offer(TransportPeer.ONE_WAY, message, STREAM_PAYLOAD);
            }
        }
        long peerAfter = endStream();
        double rate = count * 1e9 / (System.nanoTime() - start);
        double allocated = peerAfter - peerBefore + Allocation.ofAllThreads() - ownBefore;
        return new Stream(rate, allocated / count);
    }

    /** {@return what the peer has allocated so far, once it has seen all frames} */
    private long endStream() {
        streamEnd = new CompletableFuture<>();
        offer(TransportPeer.END, message, Long.BYTES);
        return await(streamEnd);
    }

    private void offer(int type, DirectBuffer message, int length) {
        Offer answer = system.offer(TransportPeer.NODE, type, message, 0, length);
        while (answer == Offer.BACK_PRESSURED) {
            YieldingIdleStrategy.INSTANCE.idle(); // Whoever empties the ring may need this processor.
            answer = system.offer(TransportPeer.NODE, type, message, 0, length);
        }
        if (answer != Offer.ACCEPTED) {
            throw new BenchException("a frame to the peer was " + answer);
        }
    }

    @Override
    public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
        if (type == TransportPeer.END) {
            streamEnd.complete(buffer.getLong(offset));
            return;
        }
        PingPong run = pingPong;
        if (run == null) {
            return;
        }
        long now = System.nanoTime();
        run.nanos.recordValue(now - run.sentNs);
        if (--run.left == 0 || now - run.untilNs >= 0) {
            run.done.complete(null);
        } else {
            run.sentNs = now;
            offer(TransportPeer.ECHO, message, SocketPeer.PAYLOAD);
        }
    }

    @Override
    public void onLink(String nodeId, LinkEvent event) {
        if (event == LinkEvent.OPENED) {
            linked.complete(null);
        }
    }

    @Override
    public void onRefused(String nodeId, String reason) {
        linked.completeExceptionally(new BenchException(nodeId + " refused the link: " + reason));
    }

    @Override
    public void close() {
        system.close();
        peer.close();
    }

    private static <T> T await(CompletableFuture<T> what) {
        return what.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }
}
