package io.troupe.metadata.internal.state;

import java.util.List;

import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;

/** One instruction to the state machine. A log entry is a list of these; each succeeds or fails on its own. */
public sealed interface Command {
    /**
     * Transactions of one node, in its order: applied only if sequence is the session's last + 1.
     *
     * @param session  whose transactions they are
     * @param sequence the place in the session, from 1
     * @param txns     in their order
     */
    record Submit(SessionId session, long sequence, List<Txn> txns) implements Command {}

    /**
     * Opens a life of a node; the nonce makes a repeated request the same one.
     *
     * @param nodeId    the node
     * @param storageId its data directory
     * @param nonce     the same for a repeated request
     * @param ttlMillis how long it lives without renewal, in milliseconds
     */
    record OpenSession(String nodeId, String storageId, long nonce, long ttlMillis) implements Command {}

    /**
     * Opens in this group a life that another group has begun, under its id; the nonce makes a repeated request the
     * same one.
     *
     * @param session   the life
     * @param storageId its data directory
     * @param nonce     the same for a repeated request
     * @param ttlMillis how long it lives without renewal, in milliseconds
     */
    record JoinSession(SessionId session, String storageId, long nonce, long ttlMillis) implements Command {}

    /**
     * Ends a session on its own wish.
     *
     * @param session which one
     */
    record CloseSession(SessionId session) implements Command {}

    /**
     * Ends a session that was not renewed since; a compare: dropped when renewedAt has moved.
     *
     * @param session   which one
     * @param renewedAt the last renewal that the leader knew of
     */
    record ExpireSession(SessionId session, long renewedAt) implements Command {}

    /**
     * What a leader says once per tick: its time, and who is alive.
     *
     * @param timeMillis the leader's time, in milliseconds
     * @param renewals   sessions heard of since the last tick
     */
    record Tick(long timeMillis, List<SessionId> renewals) implements Command {}

    /**
     * The first entry of a leader; the term is that of the log entry.
     *
     * @param nodeId the node that leads
     */
    record Lead(String nodeId) implements Command {}
}
