package io.troupe.cluster.internal.runtime;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.internal.delivery.End;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;

/**
 * Settles what a sender was told is unknown, for durable kinds. It is a write: a message that is not settled yet is
 * settled as skipped, so that no copy of it can ever take effect; a read could only say that it has not yet.
 */
final class Resolution {
    private static final byte[] NO_REPLY = {};

    private Resolution() {}

    static CompletableFuture<SendOutcome> resolve(ShardStores stores, MessageId id) {
        if (id.session().isOutbox() && !stores.further().isEmpty()) {
            return CompletableFuture.completedFuture(
                    new SendOutcome.Unknown(
                            id,
                            "an entity has sent it: it is settled in the state group of its receiver, which the id does not name"));
        }
        Op.Settle poison = new Op.Settle(id.session(), id.shard(), id.sequence(), 1, End.Code.SKIPPED.wire(), NO_REPLY);
        return stores.of(id.shard()).txn(Txn.of(poison)).thenApply(result -> outcome(id, result));
    }

    private static SendOutcome outcome(MessageId id, TxnResult result) {
        if (!(result instanceof TxnResult.SettleRefused refused)) {
            return new NotExecuted(SendOutcome.Reason.CANCELLED);
        }
        return switch (refused.reason()) {
            case SETTLED -> settled(End.Code.of(refused.outcome()), refused);
            case SESSION_CLOSED -> new NotExecuted(SendOutcome.Reason.SESSION_EXPIRED);
            case SESSION_FORGOTTEN ->
                new SendOutcome.Unknown(id, "session " + id.session() + " ended so long ago that it is forgotten");
            case BELOW_FLOOR ->
                new SendOutcome.Unknown(id, "its channel has settled it and gone on: how it ended is no longer kept");
            case WINDOW_FULL ->
                throw new ClusterException(
                        ClusterException.Code.FAILED,
                        "message " + id + " cannot be settled now: too many of its channel wait; ask again later");
        };
    }

    private static SendOutcome settled(End.Code code, TxnResult.SettleRefused stored) {
        return switch (code) {
            case DONE -> new SendOutcome.Committed(SendOutcome.Committed.RESOLVED);
            case REJECTED -> new SendOutcome.Rejected(new String(stored.reply(), StandardCharsets.UTF_8));
            case FAILED -> new SendOutcome.Failed(new String(stored.reply(), StandardCharsets.UTF_8));
            case EXPIRED -> new NotExecuted(SendOutcome.Reason.DEADLINE_PASSED);
            case FULL -> new NotExecuted(SendOutcome.Reason.MAILBOX_FULL);
            case UNHOSTED -> new NotExecuted(SendOutcome.Reason.KIND_UNAVAILABLE);
            case SKIPPED -> new NotExecuted(SendOutcome.Reason.CANCELLED);
        };
    }
}
