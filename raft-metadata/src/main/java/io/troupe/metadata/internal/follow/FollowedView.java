package io.troupe.metadata.internal.follow;

import java.util.List;
import java.util.function.Predicate;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.SettledWindow;
import io.troupe.metadata.internal.state.KeyIndex;
import io.troupe.metadata.internal.state.Settlements;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;

/** The followed part of the store at one revision: some keys, all sessions, the leader. Immutable. */
record FollowedView(
        List<String> prefixes,
        long revision,
        long clusterTimeMillis,
        @Nullable Leader leader,
        KeyIndex<String, KeyValue> keys,
        KeyIndex<String, Session> sessions)
        implements MetadataView {

    static FollowedView empty(List<String> prefixes) {
        return new FollowedView(prefixes, 0, 0, null, KeyIndex.empty(), KeyIndex.empty());
    }

    /** What is not followed is not known: to answer that it does not exist would be a lie. */
    private IllegalArgumentException unknown(String key) {
        return new IllegalArgumentException("this node keeps no log and follows " + prefixes + ", not '" + key
                + "': use MetadataStore.read, or read it on a voter");
    }

    private boolean follows(String key) {
        for (String prefix : prefixes) {
            if (key.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public @Nullable KeyValue get(String key) {
        if (!follows(key)) {
            throw unknown(key);
        }
        return keys.get(key);
    }

    /** Throws if nothing with a prefix is followed: to answer that there is nothing would be a lie. */
    void check(String prefix) {
        if (!follows(prefix) && prefixes.stream().noneMatch(followed -> followed.startsWith(prefix))) {
            throw unknown(prefix);
        }
    }

    @Override
    public void visit(String prefix, String after, Predicate<? super KeyValue> visitor) {
        check(prefix);
        StateView.visit(keys, prefix, after, visitor);
    }

    /** Not followed: a message that is settled is then found out by its Settle, not before. */
    @Override
    public SettledWindow settled(SessionId session, int shard) {
        return Settlements.EMPTY;
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
