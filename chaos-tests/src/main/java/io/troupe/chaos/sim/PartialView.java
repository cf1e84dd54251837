package io.troupe.chaos.sim;

import java.util.function.Predicate;

import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.SettledWindow;
import io.troupe.metadata.internal.state.Settlements;
import org.jspecify.annotations.Nullable;

/** What a node without a log has of a view: the keys it follows, all sessions, nothing of what is settled. */
record PartialView(MetadataView all) implements MetadataView {
    private static void checkFollowed(String key) {
        if (!key.startsWith(ClusterKeys.ALL)) {
            throw new IllegalArgumentException("a node without a log does not follow " + key);
        }
    }

    @Override
    public long revision() {
        return all.revision();
    }

    @Override
    public @Nullable KeyValue get(String key) {
        checkFollowed(key);
        return all.get(key);
    }

    @Override
    public void visit(String prefix, String after, Predicate<? super KeyValue> visitor) {
        checkFollowed(prefix);
        all.visit(prefix, after, visitor);
    }

    @Override
    public SettledWindow settled(SessionId session, int shard) {
        return Settlements.EMPTY;
    }

    @Override
    public @Nullable Session session(String nodeId) {
        return all.session(nodeId);
    }

    @Override
    public @Nullable Leader leader() {
        return all.leader();
    }

    @Override
    public long clusterTimeMillis() {
        return all.clusterTimeMillis();
    }
}
