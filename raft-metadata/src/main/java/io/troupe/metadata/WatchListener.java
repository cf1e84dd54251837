package io.troupe.metadata;

import java.util.List;

/**
 * Receives the changes under one prefix: every one, once, in order. Called on the store's watch thread; do not block.
 */
public interface WatchListener {
    /**
     * Changes in ascending order of revision; all changes of one revision come in one call.
     *
     * @param events the changes, not empty
     * @param view   a view that has them all, and may be newer
     */
    void onEvents(List<WatchEvent> events, MetadataView view);

    /**
     * The changes since the last call are no longer kept (the watch was too slow, or this replica was rebuilt from a
     * snapshot): read the prefix anew from the view. The watch goes on right after it.
     *
     * @param view the state to start again from
     */
    void onResync(MetadataView view);
}
