package io.troupe.cluster.spi;

import java.util.concurrent.Executor;

import io.troupe.cluster.ClusterConfig;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.spi.PeerChannel;
import io.troupe.transport.MessagingSystem;
import org.agrona.concurrent.NanoClock;

/**
 * What one node stands on: time, chance, threads, links and the store. A node takes all of them from here and nothing
 * from anywhere else, so that a simulation can run the very same node on virtual ones. Used by one node, once.
 */
public interface Platform {
    /** {@return the node's monotonic clock, for leases, deadlines and retries; safe for any thread} */
    NanoClock clock();

    /** {@return true if time passes only between steps: then nobody may wait for anything} */
    default boolean isVirtual() {
        return false;
    }

    /** {@return a number drawn for jitter, evenly from all longs; safe for any thread} */
    long random();

    /**
     * {@return a thread that runs steps one after the other}
     *
     * @param role what it is for, as it stands in the thread's name
     */
    Loop newLoop(String role);

    /**
     * {@return threads that run steps side by side, as many as there are processors}
     *
     * @param role what they are for, as it stands in the threads' names
     */
    Workers newWorkers(String role);

    /**
     * Runs a step once on a thread of its own, which may block.
     *
     * @param role what it is for, as it stands in the thread's name
     * @param step the step
     */
    void detach(String role, Runnable step);

    /**
     * {@return the links to the other nodes, not started}
     *
     * @param config the node
     * @param bulk   true if a shard set of this node takes the bulk lane
     * @param frames receives what arrives
     */
    MessagingSystem messaging(ClusterConfig config, boolean bulk, MessagingSystem.FrameHandler frames);

    /**
     * {@return the replicated store, not started}
     *
     * @param config the node
     * @param peers  carries the store's own messages
     */
    MetadataStore store(ClusterConfig config, PeerChannel peers);

    /** Threads of a node. */
    interface Workers extends Executor, AutoCloseable {
        /**
         * Runs a step soon.
         *
         * @param step the step
         * @throws java.util.concurrent.RejectedExecutionException once closed
         */
        @Override
        void execute(Runnable step);

        /** Drops what waits, and waits a second at most for what runs. Idempotent. */
        @Override
        void close();
    }

    /** One thread of a node. */
    interface Loop extends Workers {
        /**
         * Runs a step now and again and again, until the loop is closed.
         *
         * @param periodNanos from the end of one to the begin of the next, in nanoseconds
         * @param step        the step; must not throw
         */
        void repeat(long periodNanos, Runnable step);

        /**
         * Runs a step once, later.
         *
         * @param delayNanos how much later, in nanoseconds
         * @param step       the step
         */
        void schedule(long delayNanos, Runnable step);
    }
}
