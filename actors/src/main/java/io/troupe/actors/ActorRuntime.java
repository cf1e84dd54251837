package io.troupe.actors;

import io.troupe.cluster.spi.Platform;

/**
 * What all actors of one system stand on, with a cluster or without: threads, timers, and where dead letters go. Any
 * thread.
 */
final class ActorRuntime {
    /** How long a closing system waits for {@link Handler#postStop}. */
    static final long END_LIMIT_NS = 1_000_000_000;

    final Platform platform;
    final Platform.Workers dispatcher;
    final NodeTimers timers;
    final Endings endings = new Endings();
    final DeadLetters deadLetters;

    ActorRuntime(Platform platform) {
        this.platform = platform;
        dispatcher = platform.newWorkers("dispatch");
        timers = new NodeTimers(platform);
        deadLetters = new DeadLetters(dispatcher);
    }

    long nanoTime() {
        return platform.clock().nanoTime();
    }

    /** Call when every handler is about to end. Blocks for as long as they take, a second at most. Idempotent. */
    void close() {
        if (!platform.isVirtual()) {
            endings.await(platform.clock(), END_LIMIT_NS);
        }
        timers.close();
        dispatcher.close();
    }
}
