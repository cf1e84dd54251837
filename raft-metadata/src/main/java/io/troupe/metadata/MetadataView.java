package io.troupe.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The whole store at one revision, as this node has applied it. Immutable: reads of one view agree with each other,
 * cost no I/O, and may run on any thread. A view can be older than the cluster's newest revision.
 */
public interface MetadataView {
    /** {@return the revision of the last applied transaction} */
    long revision();

    /**
     * {@return the key's value, or null}
     *
     * @param key the key
     */
    @Nullable
    KeyValue get(String key);

    /**
     * Visits the keys with the prefix, in ascending order, for as long as the visitor answers true; on a node without a
     * log those that it follows.
     *
     * @param prefix  the prefix; empty means every key
     * @param after   visits only keys behind this one; empty means from the first
     * @param visitor called for each
     */
    void visit(String prefix, String after, Predicate<? super KeyValue> visitor);

    /**
     * Visits every key with the prefix, in ascending order; on a node without a log those that it follows.
     *
     * @param prefix  the prefix; empty means every key
     * @param visitor called for each
     */
    default void forEach(String prefix, Consumer<? super KeyValue> visitor) {
        visit(prefix, "", entry -> {
            visitor.accept(entry);
            return true;
        });
    }

    /**
     * {@return the keys with the prefix, a part at a time}
     *
     * @param prefix the prefix; empty means every key
     * @param after  the {@link KeyList#next} of the part before; empty for the first part
     * @param limit  most keys of this part, 1 to {@link KeyList#MAX_KEYS}
     * @throws IllegalArgumentException if the limit is out of range
     */
    default KeyList keys(String prefix, String after, int limit) {
        if (limit < 1 || limit > KeyList.MAX_KEYS) {
            throw new IllegalArgumentException("limit (" + limit + ") must be between 1 and " + KeyList.MAX_KEYS
                    + ": ask for the next part behind the last key");
        }
        List<String> keys = new ArrayList<>();
        boolean[] more = {false};
        visit(prefix, after, entry -> {
            more[0] = keys.size() == limit;
            if (!more[0]) {
                keys.add(entry.key());
            }
            return !more[0];
        });
        return new KeyList(List.copyOf(keys), more[0] ? keys.get(limit - 1) : null, revision());
    }

    /**
     * {@return the settled messages of a channel; an empty window with floor 1 if there are none, and on a node without
     * a log, where only {@link Op.Settle} knows}
     *
     * @param session the sender's session
     * @param shard   the target shard
     */
    SettledWindow settled(SessionId session, int shard);

    /**
     * {@return the session of the node, open or ended, or null if it never had one or that ended over an hour ago}
     *
     * @param nodeId the node
     */
    @Nullable
    Session session(String nodeId);

    /**
     * {@return true if exactly this session is open}
     *
     * @param session the session
     */
    default boolean isOpen(SessionId session) {
        Session current = session(session.nodeId());
        return current != null && current.open() && current.id().equals(session);
    }

    /**
     * {@return the last leader that this node has applied an entry of, node and term learned together; null at first}
     */
    @Nullable
    Leader leader();

    /** {@return the newest time that a leader wrote to the log, in milliseconds; never goes back} */
    long clusterTimeMillis();

    /**
     * The newest session of one node.
     *
     * @param id        node and incarnation
     * @param storageId the data directory it was opened with
     * @param ttlMillis its lease, in milliseconds
     * @param renewedAt the revision of the entry that renewed it last
     * @param open      false once closed, expired or replaced
     */
    record Session(SessionId id, String storageId, long ttlMillis, long renewedAt, boolean open) {}

    /**
     * A leader as the log says it.
     *
     * @param nodeId the leading voter
     * @param term   its Raft term
     */
    record Leader(String nodeId, long term) {}
}
