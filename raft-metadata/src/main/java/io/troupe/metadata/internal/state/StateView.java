package io.troupe.metadata.internal.state;

import java.util.function.Consumer;
import java.util.function.Predicate;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.SettledWindow;
import org.jspecify.annotations.Nullable;

/**
 * The whole state at one revision, immutable: what callers read, and what a snapshot is written from, on any thread.
 *
 * @param revision          the last one given out
 * @param clusterTimeMillis the newest time that a leader wrote
 * @param leader            the last leader, or null
 * @param keys              every key
 * @param sessions          the newest session of every node, by node id
 * @param channels          the settled messages
 * @param ended             sessions that ended not long ago, whose channels are still kept
 * @param joins             what is kept for good of the lives that joined this group
 */
public record StateView(
        long revision,
        long clusterTimeMillis,
        @Nullable Leader leader,
        KeyIndex<String, KeyValue> keys,
        KeyIndex<String, SessionState> sessions,
        KeyIndex<ChannelId, Settlements> channels,
        KeyIndex<EndedSession, Boolean> ended,
        Joins joins)
        implements MetadataView {

    /** The state before the first entry. */
    public static final StateView EMPTY = new StateView(
            0, 0, null, KeyIndex.empty(), KeyIndex.empty(), KeyIndex.empty(), KeyIndex.empty(), Joins.NONE);

    @Override
    public @Nullable KeyValue get(String key) {
        return keys.get(key);
    }

    @Override
    public void visit(String prefix, String after, Predicate<? super KeyValue> visitor) {
        visit(keys, prefix, after, visitor);
    }

    /**
     * Visits a part of an index, as {@link MetadataView#visit} says.
     *
     * @param keys    the index
     * @param prefix  the prefix
     * @param after   visits only keys behind this one
     * @param visitor called for each, for as long as it answers true
     */
    public static void visit(
            KeyIndex<String, KeyValue> keys, String prefix, String after, Predicate<? super KeyValue> visitor) {
        String low = after.compareTo(prefix) < 0 ? prefix : after;
        keys.visitFrom(low, (key, entry) -> key.startsWith(prefix) && (key.equals(after) || visitor.test(entry)));
    }

    @Override
    public SettledWindow settled(SessionId session, int shard) {
        Settlements settled = channels.get(new ChannelId(session, shard));
        return settled == null ? Settlements.EMPTY : settled;
    }

    @Override
    public @Nullable Session session(String nodeId) {
        SessionState state = sessions.get(nodeId);
        return state == null ? null : state.session();
    }

    /**
     * Visits the newest session of every node, open or ended, in order of node id.
     *
     * @param visitor called for each
     */
    public void forEachSession(Consumer<? super Session> visitor) {
        sessions.visitFrom(null, (nodeId, state) -> {
            visitor.accept(state.session());
            return true;
        });
    }

    /**
     * {@return true if no key and no settled message has changed from an earlier state to this one}
     *
     * @param earlier a state of the same replica; one of another, or from before a snapshot was installed, counts as
     *     changed
     */
    public boolean hasDataOf(StateView earlier) {
        return keys.isStill(earlier.keys) && channels.isStill(earlier.channels);
    }

    @Override
    public String toString() {
        return "StateView[revision=" + revision + ", clusterTimeMillis=" + clusterTimeMillis + ", leader=" + leader
                + ", keys=" + keys.size() + ", sessions=" + sessions.size() + ", channels=" + channels.size() + "]";
    }
}
