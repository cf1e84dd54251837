package io.troupe.metadata.internal.state;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.SettledWindow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The whole state at one revision, immutable. What a snapshot is written from, on any thread. */
public final class StateView implements MetadataView {
    @Override
    public long revision() {
        return 0;
    }

    @Override
    public @Nullable KeyValue get(String key) {
        return null;
    }

    @Override
    public void forEach(String prefix, Consumer<? super KeyValue> visitor) {}

    @Override
    public SettledWindow settled(SessionId session, int shard) {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable Session session(String nodeId) {
        return null;
    }

    /**
     * Visits the newest session of every node, open or ended, in order of node id.
     *
     * @param visitor called for each
     */
    public void forEachSession(Consumer<? super Session> visitor) {}

    @Override
    public @Nullable Leader leader() {
        return null;
    }

    @Override
    public long clusterTimeMillis() {
        return 0;
    }
}
