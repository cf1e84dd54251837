package io.troupe.chaos.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.spi.Platform;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.spi.PeerChannel;
import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.MessagingSystem;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * What one life of a node stands on: the real thing, with a switch. While it stands still no step begins; once it is
 * over none ever does, and all that the node has opened is closed behind its back. Safe for any thread.
 */
final class NodeLife implements Platform {
    private enum Phase {
        GOES_ON,
        STANDS_STILL,
        OVER
    }

    private final Platform real;
    /** What the node has opened, in that order. Guarded by this. */
    private final List<Runnable> opened = new ArrayList<>();
    /** Written under this; never leaves OVER. */
    private volatile Phase phase = Phase.GOES_ON;

    NodeLife(Platform real) {
        this.real = real;
    }

    synchronized void standStill() {
        if (phase == Phase.GOES_ON) {
            phase = Phase.STANDS_STILL;
        }
    }

    synchronized void goOn() {
        if (phase == Phase.STANDS_STILL) {
            phase = Phase.GOES_ON;
            notifyAll();
        }
    }

    /** The process ends here. Blocks a few seconds at most. Idempotent. */
    void end() {
        List<Runnable> left;
        synchronized (this) {
            phase = Phase.OVER;
            notifyAll();
            left = List.copyOf(opened);
            opened.clear();
        }
        // Backwards: what was opened last uses what was opened before.
        for (int i = left.size() - 1; i >= 0; i--) {
            left.get(i).run();
        }
    }

    /** {@return false if the step must not run any more} Waits while the node stands still. */
    private boolean mayBegin() {
        return phase == Phase.GOES_ON || waitUntilItGoesOn();
    }

    private synchronized boolean waitUntilItGoesOn() {
        while (phase == Phase.STANDS_STILL) {
            try {
                wait();
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return phase == Phase.GOES_ON;
    }

    private Runnable step(Runnable step) {
        return () -> {
            if (mayBegin()) {
                step.run();
            }
        };
    }

    /** What is handed to threads that have ended with the node is lost with it; the caller cannot know. */
    private void hand(Runnable handing) {
        if (phase == Phase.OVER) {
            return;
        }
        try {
            handing.run();
        } catch (RejectedExecutionException e) {
            if (phase != Phase.OVER) {
                throw e;
            }
        }
    }

    private <T> T keep(T resource, Runnable close) {
        synchronized (this) {
            if (phase != Phase.OVER) {
                opened.add(close);
                return resource;
            }
        }
        close.run(); // a start that was under way when the life ended
        return resource;
    }

    @Override
    public NanoClock clock() {
        return real.clock();
    }

    @Override
    public long random() {
        return real.random();
    }

    @Override
    public Loop newLoop(String role) {
        Loop loop = real.newLoop(role);
        keep(loop, loop::close);
        return new Loop() {
            @Override
            public void execute(Runnable step) {
                hand(() -> loop.execute(step(step)));
            }

            @Override
            public void repeat(long periodNanos, Runnable step) {
                hand(() -> loop.repeat(periodNanos, step(step)));
            }

            @Override
            public void schedule(long delayNanos, Runnable step) {
                hand(() -> loop.schedule(delayNanos, step(step)));
            }

            @Override
            public void close() {
                loop.close();
            }
        };
    }

    @Override
    public Workers newWorkers(String role) {
        Workers workers = real.newWorkers(role);
        keep(workers, workers::close);
        return new Workers() {
            @Override
            public void execute(Runnable step) {
                hand(() -> workers.execute(step(step)));
            }

            @Override
            public void close() {
                workers.close();
            }
        };
    }

    @Override
    public void detach(String role, Runnable step) {
        real.detach(role, step(step));
    }

    @Override
    public MessagingSystem messaging(ClusterConfig config, boolean bulk, MessagingSystem.FrameHandler frames) {
        MessagingSystem messaging = real.messaging(config, bulk, new Guarded(frames));
        return keep(messaging, messaging::close);
    }

    @Override
    public MetadataStore store(ClusterConfig config, PeerChannel peers) {
        MetadataStore store = real.store(config, peers);
        return keep(store, store::close);
    }

    /** What arrives is handled on a thread of the transport, which stands still and ends with the node, too. */
    private final class Guarded implements MessagingSystem.FrameHandler {
        private final MessagingSystem.FrameHandler frames;

        Guarded(MessagingSystem.FrameHandler frames) {
            this.frames = frames;
        }

        @Override
        public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
            if (mayBegin()) {
                frames.onFrame(nodeId, type, buffer, offset, length);
            }
        }

        @Override
        public void onLink(String nodeId, Lane lane, LinkEvent event) {
            if (mayBegin()) {
                frames.onLink(nodeId, lane, event);
            }
        }

        @Override
        public void onRefused(String nodeId, String reason) {
            if (mayBegin()) {
                frames.onRefused(nodeId, reason);
            }
        }
    }
}
