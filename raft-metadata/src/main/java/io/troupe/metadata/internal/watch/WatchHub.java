package io.troupe.metadata.internal.watch;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Watch;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;

/** Delivers changes to watchers on one thread of its own. */
public final class WatchHub implements AutoCloseable {
    private volatile MetadataView view;

    /**
     * A hub that is not started.
     *
     * @param nodeId  names the thread
     * @param initial the state before the first change
     */
    public WatchHub(String nodeId, MetadataView initial) {
        view = initial;
    }

    /** Starts the thread; once. */
    public void start() {}

    /**
     * The state has moved on. Called on the apply thread: appends and signals, nothing else.
     *
     * @param view   the state after the changes
     * @param events its changes since the last call, in order
     */
    public void publish(MetadataView view, List<WatchEvent> events) {}

    /**
     * The state was replaced by another, without its changes.
     *
     * @param view the state
     */
    public void resync(MetadataView view) {}

    /** {@return the newest published view} */
    public MetadataView view() {
        return view;
    }

    /**
     * Starts a watch.
     *
     * @param prefix       the keys to watch
     * @param fromRevision the first revision to report
     * @param listener     receives the changes on the hub's thread
     * @return the watch
     */
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        return () -> {};
    }

    /**
     * Waits for a revision.
     *
     * @param revision the revision
     * @return completes with the view's revision, at least the given one
     */
    public CompletableFuture<Long> awaitRevision(long revision) {
        return CompletableFuture.completedFuture(view.revision());
    }

    /** Ends the thread; pending futures fail with CLOSED. Idempotent. */
    @Override
    public void close() {}
}
