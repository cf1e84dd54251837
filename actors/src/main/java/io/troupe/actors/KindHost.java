package io.troupe.actors;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.spi.Platform;

/** What one node has for all entities of one kind: where they run, what they use, and how many there are. Any thread. */
final class KindHost {
    final Kind<?> kind;
    final EntityHost host;
    final ClusterActorSystem system;
    final Platform platform;
    final Executor executor;
    final int mailbox;
    private final AtomicInteger active = new AtomicInteger();

    KindHost(Kind<?> kind, EntityHost host, ClusterActorSystem system, Executor dispatcher) {
        this.kind = kind;
        this.host = host;
        this.system = system;
        platform = system.platform();
        executor = dispatcher;
        mailbox = Kind.DEFAULT_MAILBOX;
    }

    long nanoTime() {
        return platform.clock().nanoTime();
    }

    void onAdded() {
        active.incrementAndGet();
    }

    void onRemoved() {
        active.decrementAndGet();
    }

    int active() {
        return active.get();
    }
}
