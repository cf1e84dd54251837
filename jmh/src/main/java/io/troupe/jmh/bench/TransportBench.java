package io.troupe.jmh.bench;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.MessagingSystems;
import io.troupe.transport.Offer;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.UnixSockets;
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
    private static final long LOADED_RATE = 1_000_000;
    private static final long BETWEEN_CUTS_NS = 200_000_000L;

    private final Child peer;
    private final MessagingSystem system;
    private final TransportPeer.Tick tick = TransportPeer.Tick.next();
    private final CompletableFuture<Void> linked = new CompletableFuture<>();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[SocketPeer.PAYLOAD]);

    /** The measurement under way; set before its first frame is sent. */
    private volatile @Nullable PingPong pingPong;

    private volatile CompletableFuture<Ended> streamEnd = new CompletableFuture<>();
    /** When the link went on. */
    private volatile CompletableFuture<Long> resumed = new CompletableFuture<>();

    /** What the peer says at the end of a stream. */
    private record Ended(long allocated, long frames) {}

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
        this(spin, tls, null);
    }

    /** Over a Unix-domain socket in the directory; otherwise all is over TCP. */
    static TransportBench overSockets(Duration spin, Path sockets) {
        return new TransportBench(spin, null, sockets);
    }

    private TransportBench(Duration spin, @Nullable BenchCertificate tls, @Nullable Path sockets) {
        List<String> arguments = new ArrayList<>(List.of(Long.toString(spin.toNanos() / 1_000)));
        if (tls != null) {
            arguments.addAll(List.of(TransportPeer.TLS, tls.directory()));
        } else if (sockets != null) {
            arguments.addAll(List.of(TransportPeer.SOCKETS, sockets.toString()));
        }
        peer = Child.start(TransportPeer.class, arguments);
        String loopback = InetAddress.getLoopbackAddress().getHostAddress();
        TransportConfig.Builder config = TransportConfig.builder(NODE)
                .bind(loopback, 0)
                .node(TransportPeer.NODE, loopback, Integer.parseInt(peer.value()))
                .spin(spin);
        if (tls != null) {
            config.tls(BenchCertificate.of(tls.directory(), NODE));
        } else if (sockets != null) {
            config.unixSockets(new UnixSockets(UnixSockets.Mode.ON, sockets));
        }
        system = MessagingSystems.tcp(config.build(), this);
        await(system.start());
        await(linked);
        if (system.link(TransportPeer.NODE).unixSocket() != (sockets != null)) {
            throw new BenchException("the link is " + (sockets != null ? "over TCP" : "over a Unix-domain socket"));
        }
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
        long peerBefore = endStream().allocated;
        long ownBefore = Allocation.ofAllThreads();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (kryo) {
                DirectBuffer bytes = TransportPeer.CODEC.encodeView(tick);
                offer(TransportPeer.KRYO, bytes, bytes.capacity());
            } else {
                offerTick(i, start, count);
            }
        }
        long peerAfter = endStream().allocated;
        double rate = count * 1e9 / (System.nanoTime() - start);
        double allocated = peerAfter - peerBefore + Allocation.ofAllThreads() - ownBefore;
        return new Stream(rate, allocated / count);
    }

    private void offerTick(long number, long start, long count) {
        message.putLong(0, number);
        message.putLong(Long.BYTES, start);
        message.putLong(2 * Long.BYTES, count);
        offer(TransportPeer.ONE_WAY, message, STREAM_PAYLOAD);
    }

    /**
     * Cuts the connection again and again while frames are sent, about {@link #LOADED_RATE} a second.
     *
     * @return how long the link took to go on, each time
     * @throws BenchException if a frame was lost or came twice
     */
    Histogram cuts(Rounds rounds) {
        Histogram nanos = Rounds.histogram();
        long before = endStream().frames;
        long sent = 0;
        long start = System.nanoTime();
        long cutNs = start;
        boolean cut = false;
        while (nanos.getTotalCount() < rounds.kills()) {
            long now = System.nanoTime();
            CompletableFuture<Long> awaited = resumed;
            if (cut && awaited.isDone()) {
                nanos.recordValue(awaited.join() - cutNs);
                cut = false;
            } else if (!cut && now - cutNs >= BETWEEN_CUTS_NS) {
                resumed = new CompletableFuture<>();
                cutNs = now;
                cut = true;
                system.cut(TransportPeer.NODE);
            } else if (cut && now - cutNs >= TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                throw new BenchException("a link that was cut has not gone on within " + LIMIT_SECONDS + " s");
            }
            long due = Math.min((now - start) * LOADED_RATE / 1_000_000_000L, sent + LOADED_RATE / 1_000);
            for (; sent < due; sent++) {
                offerTick(sent, start, due);
            }
        }
        long arrived = endStream().frames - before;
        if (arrived != sent) {
            throw new BenchException(arrived + " of " + sent + " frames arrived over connections that were cut");
        }
        return nanos;
    }

    /** {@return what the peer has allocated and seen so far, once it has seen all frames} */
    private Ended endStream() {
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
            streamEnd.complete(new Ended(buffer.getLong(offset), buffer.getLong(offset + Long.BYTES)));
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
    public void onLink(String nodeId, Lane lane, LinkEvent event) {
        if (event == LinkEvent.OPENED) {
            linked.complete(null);
        } else if (event == LinkEvent.RESUMED) {
            resumed.complete(System.nanoTime());
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
