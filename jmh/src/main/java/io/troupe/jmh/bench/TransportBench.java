package io.troupe.jmh.bench;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.troupe.transport.MessagingSystem;
import io.troupe.transport.MessagingSystems;
import io.troupe.transport.Offer;
import io.troupe.transport.TransportConfig;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** One link between two JVMs. Round trips go from agent to agent: the answer to a frame makes the next one. */
final class TransportBench implements MessagingSystem.FrameHandler, AutoCloseable {
    private static final int STREAM_PAYLOAD = 24;
    private static final long LIMIT_SECONDS = 120;

    private final Child peer;
    private final MessagingSystem system;
    private final CompletableFuture<Void> linked = new CompletableFuture<>();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[SocketPeer.PAYLOAD]);

    /** The measurement under way; set before its first frame is sent. */
    private volatile @Nullable PingPong pingPong;

    private volatile CompletableFuture<Void> streamEnd = new CompletableFuture<>();

    /** Confined to the agent once begun. */
    private static final class PingPong {
        final Histogram nanos = Rounds.histogram();
        final CompletableFuture<Void> done = new CompletableFuture<>();
        int left;
        long sentNs;
    }

    TransportBench(Duration spin) {
        peer = Child.start(TransportPeer.class, List.of(Long.toString(spin.toNanos() / 1_000)));
        String loopback = InetAddress.getLoopbackAddress().getHostAddress();
        TransportConfig config = TransportConfig.builder("bench")
                .bind(loopback, 0)
                .node(TransportPeer.NODE, loopback, Integer.parseInt(peer.value()))
                .spin(spin)
                .build();
        system = MessagingSystems.tcp(config, this);
        await(system.start());
        await(linked);
    }

    Histogram roundTrips(int count) {
        PingPong run = new PingPong();
        run.left = count;
        pingPong = run;
        run.sentNs = System.nanoTime();
        offer(TransportPeer.ECHO, SocketPeer.PAYLOAD);
        await(run.done);
        return run.nanos;
    }

    /** {@return frames a second} */
    double oneWay(int count) {
        streamEnd = new CompletableFuture<>();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            offer(TransportPeer.ONE_WAY, STREAM_PAYLOAD);
        }
        offer(TransportPeer.END, STREAM_PAYLOAD);
        await(streamEnd);
        return count * 1e9 / (System.nanoTime() - start);
    }

    private void offer(int type, int length) {
        Offer answer = system.offer(TransportPeer.NODE, type, message, 0, length);
        while (answer == Offer.BACK_PRESSURED) {
            Thread.onSpinWait();
            answer = system.offer(TransportPeer.NODE, type, message, 0, length);
        }
        if (answer != Offer.ACCEPTED) {
            throw new BenchException("a frame to the peer was " + answer);
        }
    }

    @Override
    public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
        if (type == TransportPeer.END) {
            streamEnd.complete(null);
            return;
        }
        PingPong run = pingPong;
        if (run == null) {
            return;
        }
        long now = System.nanoTime();
        run.nanos.recordValue(now - run.sentNs);
        if (--run.left == 0) {
            run.done.complete(null);
        } else {
            run.sentNs = now;
            offer(TransportPeer.ECHO, SocketPeer.PAYLOAD);
        }
    }

    @Override
    public void onLink(String nodeId, boolean up) {
        if (up) {
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

    private static void await(CompletableFuture<Void> what) {
        what.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }
}
