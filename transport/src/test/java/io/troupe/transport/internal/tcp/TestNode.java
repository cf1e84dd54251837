package io.troupe.transport.internal.tcp;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.MessagingSystem.FrameHandler;
import io.troupe.transport.Offer;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.TransportConfig;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import static org.awaitility.Awaitility.await;

/** A node on loopback that remembers what happened to it. */
final class TestNode implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** As {@code SO_TIMEOUT} of peers that are played. */
    static final int PATIENCE_MILLIS = (int) PATIENCE.toMillis();

    /** Of what must not happen in a test, however long the machine stops. */
    static final Duration NEVER = Duration.ofDays(1);

    /** What a node that closes gives to its last frames: {@code TransportAgent.FLUSH_NS}. */
    private static final long FLUSH_NS = 500_000_000;

    private static final long IDLE_NS = 100_000;

    static {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultTimeout(PATIENCE);
    }

    /** What all nodes that a test makes have in common; one class runs at a time. */
    private static volatile BiFunction<String, TransportConfig.Builder, TransportConfig.Builder> all =
            (id, config) -> config;

    final String id;
    final TcpMessagingSystem system;

    /** Makes the duty cycles of a node that is invoked. */
    private final @Nullable Thread host;

    private volatile boolean closed;
    final List<String> frames = new CopyOnWriteArrayList<>();
    final List<String> links = new CopyOnWriteArrayList<>();
    final List<String> refusals = new CopyOnWriteArrayList<>();
    final AtomicInteger frameCount = new AtomicInteger();
    volatile FrameHandler onFrame = new Ignore();

    private TestNode(String id, TransportConfig config) {
        this.id = id;
        this.system = new TcpMessagingSystem(config, new Recorder());
        this.host = config.threadingMode() == ThreadingMode.INVOKER ? new Thread(this::invoke, "host of " + id) : null;
    }

    static void giveAll(BiFunction<String, TransportConfig.Builder, TransportConfig.Builder> what) {
        all = what;
    }

    static void giveAllNothing() {
        giveAll((id, config) -> config);
    }

    static TestNode start(String id, UnaryOperator<TransportConfig.Builder> change) {
        TestNode node = make(id, change);
        node.system.start().join();
        if (node.host != null) {
            node.host.setDaemon(true);
            node.host.start();
        }
        return node;
    }

    private void invoke() {
        while (!closed) {
            if (system.invoke() == 0) {
                LockSupport.parkNanos(IDLE_NS);
            }
        }
    }

    static TestNode make(String id, UnaryOperator<TransportConfig.Builder> change) {
        TransportConfig.Builder builder = all.apply(
                id, TransportConfig.builder(id).identity("cluster=test").linkTimeout(NEVER));
        return new TestNode(id, change.apply(builder).build());
    }

    static TestNode listening(String id) {
        return start(id, config -> config.bind("127.0.0.1", 0));
    }

    void dial(TestNode other) {
        system.addNode(other.id, "127.0.0.1", other.system.port());
    }

    void awaitLink(String other) {
        await().atMost(PATIENCE).until(() -> system.link(other).connected());
    }

    Offer offer(String to, String text) {
        UnsafeBuffer bytes = new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
        return system.offer(to, 7, bytes, 0, bytes.capacity());
    }

    @Override
    public void close() {
        system.close();
        closed = true;
    }

    /**
     * Closes it, and answers whether it had the time to say its last frames and its farewell. If not, as the machine
     * may have stopped, these are promised to nobody, and the test has to try again.
     */
    boolean closeInTime() {
        long startNs = System.nanoTime();
        close();
        return System.nanoTime() - startNs < FLUSH_NS;
    }

    static String text(DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Counts only what the node itself counts. */
    static class Ignore implements FrameHandler {
        @Override
        public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {}

        @Override
        public void onLink(String nodeId, Lane lane, LinkEvent event) {}

        @Override
        public void onRefused(String nodeId, String reason) {}
    }

    private final class Recorder implements FrameHandler {
        @Override
        public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
            try {
                if (onFrame.getClass() == Ignore.class) {
                    frames.add(nodeId + ":" + type + ":" + text(buffer, offset, length));
                } else {
                    onFrame.onFrame(nodeId, type, buffer, offset, length);
                }
            } finally {
                // Last: whoever waits for the count looks at what was made of the frame.
                frameCount.lazySet(frameCount.get() + 1);
            }
        }

        @Override
        public void onLink(String nodeId, Lane lane, LinkEvent event) {
            links.add(nodeId + " " + event);
            onFrame.onLink(nodeId, lane, event);
        }

        @Override
        public void onWritable(String nodeId, Lane lane) {
            onFrame.onWritable(nodeId, lane);
        }

        @Override
        public void onRefused(String nodeId, String reason) {
            refusals.add(nodeId + ": " + reason);
        }
    }
}
