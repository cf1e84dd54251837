package io.troupe.actors;

import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.spi.Sent;
import org.jspecify.annotations.Nullable;

/** What a sender gets for a message; cancelling it takes the message back, as far as that can be. */
final class Sending<T> extends CompletableFuture<T> {
    private final Cluster cluster;
    private volatile @Nullable Sent sent;

    Sending(Cluster cluster) {
        this.cluster = cluster;
    }

    void of(@Nullable Sent message) {
        sent = message;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean done = isDone();
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        Sent message = sent;
        if (!done && cancelled && message != null) {
            cluster.cancel(message);
        }
        return cancelled;
    }
}
