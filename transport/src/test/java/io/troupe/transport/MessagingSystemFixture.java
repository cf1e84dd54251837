package io.troupe.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.transport.MessagingSystem.FrameHandler;
import org.agrona.DirectBuffer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes for every test, and short ways to use them. {@link #make} is asked for nodes that can reach each other and have
 * all lanes; a frame of theirs may have {@value #LONGEST} bytes.
 */
public abstract class MessagingSystemFixture {
    /** The longest frame that the nodes of these tests take, in bytes. */
    protected static final int LONGEST = 100_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int TYPE = 7;

    private final List<MessagingSystem> open = new ArrayList<>();

    /**
     * Makes a node that others can reach and that is not started.
     *
     * @param nodeId  who it is
     * @param handler receives what the others say
     * @return the node
     */
    protected abstract MessagingSystem make(String nodeId, FrameHandler handler);

    /**
     * {@return whether a system never calls its handler twice at a time; else it does so for different lanes, as with
     * {@link ThreadingMode#DEDICATED}}
     */
    protected boolean callsOneAtATime() {
        return true;
    }

    /** A node and what its handler has been told. */
    final class Node implements FrameHandler {
        final String id;
        final MessagingSystem system;
        final List<String> frames = new CopyOnWriteArrayList<>();
        final List<String> links = new CopyOnWriteArrayList<>();
        final List<String> otherLanes = new CopyOnWriteArrayList<>();
        final List<Lane> roomOn = new CopyOnWriteArrayList<>();
        final AtomicInteger writable = new AtomicInteger();
        final AtomicBoolean overlap = new AtomicBoolean();
        private final AtomicBoolean inside = new AtomicBoolean();
        volatile FrameHandler also = new Ignore();

        Node(String id) {
            this.id = id;
            system = make(id, this);
            open.add(system);
        }

        private void in(Runnable call) {
            if (!inside.compareAndSet(false, true)) {
                overlap.set(true);
            }
            call.run();
            inside.set(false);
        }

        @Override
        public void onFrame(String from, int type, DirectBuffer buffer, int offset, int length) {
            in(() -> {
                byte[] bytes = new byte[length];
                buffer.getBytes(offset, bytes);
                frames.add(from + ":" + type + ":" + new String(bytes, StandardCharsets.UTF_8));
            });
            also.onFrame(from, type, buffer, offset, length);
        }

        @Override
        public void onLink(String other, Lane lane, LinkEvent event) {
            in(() -> (lane == Lane.ORDINARY ? links : otherLanes)
                    .add(other + " " + event + (lane == Lane.ORDINARY ? "" : " " + lane)));
            also.onLink(other, lane, event);
        }

        @Override
        public void onWritable(String other, Lane lane) {
            in(() -> {
                roomOn.add(lane);
                writable.incrementAndGet();
            });
        }

        @Override
        public void onRefused(String other, String reason) {}

        Offer offer(Node to, String text) {
            return offer(to, text.getBytes(StandardCharsets.UTF_8));
        }

        Offer offer(Node to, byte[] bytes) {
            return system.offer(to.id, TYPE, Buffers.of(bytes), 0, bytes.length);
        }

        Offer offer(Node to, Lane lane, byte[] bytes) {
            return system.offer(to.id, lane, TYPE, Buffers.of(bytes), 0, bytes.length);
        }

        /** {@return what lets its handler go on} */
        CountDownLatch takesNothingUntil() {
            CountDownLatch go = new CountDownLatch(1);
            also = new Ignore() {
                @Override
                public void onFrame(String from, int type, DirectBuffer buffer, int offset, int length) {
                    try {
                        go.await();
                    } catch (InterruptedException closed) {
                        Thread.currentThread().interrupt();
                    }
                }
            };
            return go;
        }

        Node dial(Node other) {
            system.addNode(other.id, "127.0.0.1", Math.max(1, other.system.port()));
            return this;
        }
    }

    /** Takes everything and does nothing. */
    protected static class Ignore implements FrameHandler {
        @Override
        public void onFrame(String from, int type, DirectBuffer buffer, int offset, int length) {}

        @Override
        public void onLink(String other, Lane lane, LinkEvent event) {}

        @Override
        public void onRefused(String other, String reason) {}
    }

    @AfterEach
    void closeAll() {
        open.forEach(MessagingSystem::close);
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2));
    }

    Node started(String id) {
        Node node = new Node(id);
        node.system.start().join();
        return node;
    }

    static void awaitOpen(Node... nodes) {
        for (Node node : nodes) {
            await().until(() -> node.links.stream().anyMatch(event -> event.endsWith("OPENED")));
            await().until(() -> node.otherLanes.stream()
                            .filter(event -> event.contains("OPENED"))
                            .count()
                    >= 2);
        }
    }

    static void offerUntilTaken(Node from, Node to, Lane lane, String text) {
        long endNs = System.nanoTime() + PATIENCE.toNanos();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        while (from.offer(to, lane, bytes) != Offer.ACCEPTED) {
            assertThat(System.nanoTime() - endNs).as("room on lane " + lane).isNegative();
            Thread.onSpinWait();
        }
    }
}
