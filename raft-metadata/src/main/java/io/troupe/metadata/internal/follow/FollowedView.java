package io.troupe.metadata.internal.follow;

import java.util.function.Consumer;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.SettledWindow;
import io.troupe.metadata.internal.state.KeyIndex;
import org.jspecify.annotations.Nullable;

/** The followed part of the store at one revision: some keys, all sessions, the leader. Immutable. */
record FollowedView(
        long revision,
        long clusterTimeMillis,
        @Nullable Leader leader,
        KeyIndex<String, KeyValue> keys,
        KeyIndex<String, Session> sessions)
        implements MetadataView {

    static final FollowedView EMPTY = new FollowedView(0, 0, null, KeyIndex.empty(), KeyIndex.empty());

    @Override
    public @Nullable KeyValue get(String key) {
        return keys.get(key);
    }

    @Override
    public void forEach(String prefix, Consumer<? super KeyValue> visitor) {
        keys.visitFrom(prefix, (key, entry) -> {
            if (!key.startsWith(prefix)) {
                return false;
            }
            visitor.accept(entry);
            return true;
        });
    }

    /** Not followed: only owners of shards need it, and they are voters. */
    @Override
    public SettledWindow settled(SessionId session, int shard) {
        throw new UnsupportedOperationException(
                "settled(" + session + ", shard " + shard + "): a node without a log does not follow settled messages;"
                        + " own shards on voters, or read the outcome of a Settle transaction");
    }

    @Override
    public @Nullable Session session(String nodeId) {
        return sessions.get(nodeId);
    }

    @Override
    public String toString() {
        return "FollowedView[revision=" + revision + ", leader=" + leader + ", keys=" + keys.size() + "]";
    }
}
