package io.troupe.metadata.internal.state;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.Op;
import io.troupe.metadata.SettledWindow.Settlement;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.TxnResult.Reason;
import io.troupe.metadata.TxnResult.SettleRefused;
import org.jspecify.annotations.Nullable;

/** Applies one transaction: conditions first, then every reason to refuse, and only then the changes. */
final class Transactions {
    private static final byte[] NO_BYTES = {};

    private final WorkingState state;

    Transactions(WorkingState state) {
        this.state = state;
    }

    TxnResult apply(Txn txn) {
        boolean holds = allHold(txn.compare());
        List<Op> branch = holds ? txn.then() : txn.otherwise();

        // Staged, so that a later settle of this transaction sees the earlier ones, and a refusal leaves no trace.
        StagedSettles settled = new StagedSettles();
        for (Op op : branch) {
            SettleRefused refused = refusal(op, settled);
            if (refused != null) {
                return refused;
            }
        }
        long revision = state.revision + 1;
        boolean changed = !settled.isEmpty();
        settled.forEach(state.channels::put);
        List<@Nullable KeyValue> reads = new ArrayList<>();
        for (Op op : branch) {
            changed |= applyOp(op, revision, reads);
        }
        if (changed) {
            state.revision = revision;
        }
        List<@Nullable KeyValue> seen = reads.isEmpty() ? List.of() : Collections.unmodifiableList(reads);
        return holds
                ? new TxnResult.Succeeded(state.revision, seen)
                : new TxnResult.CompareFailed(state.revision, seen);
    }

    private @Nullable SettleRefused refusal(Op op, StagedSettles settled) {
        if (op instanceof Op.Put put) {
            return put.session() == null || state.open(put.session()) != null ? null : refused(Reason.SESSION_CLOSED);
        }
        if (!(op instanceof Op.Settle settle)) {
            return null;
        }
        SessionState sender = state.open(settle.session());
        boolean open = sender != null || settle.session().isOutbox();
        if (!open && !state.hasEnded(settle.session())) {
            return refused(Reason.SESSION_FORGOTTEN);
        }
        // The state's own id of the session: equal ones are then mostly the same, and quickly compared.
        ChannelId channel = new ChannelId(
                sender == null ? settle.session() : sender.session().id(), settle.shard());
        Settlements window = settled.get(channel);
        if (window == null) {
            window = state.channels.get(channel);
        }
        if (window == null) {
            window = Settlements.EMPTY;
        }
        Reason reason = window.refusal(settle);
        if (!open && reason != Reason.SETTLED) {
            // Below the floor it was settled, and how is forgotten: it may have taken effect.
            return refused(reason == Reason.BELOW_FLOOR ? reason : Reason.SESSION_CLOSED);
        }
        if (reason == null) {
            if (settle.deadline() != null
                    && state.clusterTimeMillis >= settle.deadline().timeMillis()) {
                return settleAsLate(channel, settle, settle.deadline());
            }
            settled.put(channel, window.with(settle));
            return null;
        }
        Settlement end = reason == Reason.SETTLED ? window.settlement(settle.sequence()) : null;
        return end == null ? refused(reason) : new SettleRefused(state.revision, reason, end.outcome(), end.reply());
    }

    /**
     * The mark alone is set, on what stands: what this transaction would have settled before it is refused with the
     * rest. It may be what would have made room for it.
     */
    private SettleRefused settleAsLate(ChannelId channel, Op.Settle settle, Op.Deadline deadline) {
        Settlements found = state.channels.get(channel);
        Settlements standing = found == null ? Settlements.EMPTY : found;
        Op.Settle late = new Op.Settle(
                settle.session(), settle.shard(), settle.sequence(), settle.floor(), deadline.outcome(), NO_BYTES);
        Reason reason = standing.refusal(late);
        if (reason != null) {
            return refused(reason);
        }
        state.channels.put(channel, standing.with(late));
        state.revision++;
        return new SettleRefused(state.revision, Reason.SETTLED, deadline.outcome(), NO_BYTES);
    }

    private SettleRefused refused(Reason reason) {
        return new SettleRefused(state.revision, reason, 0, NO_BYTES);
    }

    /** Answers true if the operation changed a key. */
    private boolean applyOp(Op op, long revision, List<@Nullable KeyValue> reads) {
        if (op instanceof Op.Put put) {
            state.put(put.key(), put.value(), put.session(), revision);
            return true;
        }
        if (op instanceof Op.Delete delete) {
            return state.delete(delete.key(), revision);
        }
        if (op instanceof Op.DeleteRange range) {
            List<String> doomed = state.keysWith(range.prefix());
            doomed.forEach(key -> state.delete(key, revision));
            return !doomed.isEmpty();
        }
        if (op instanceof Op.Get get) {
            reads.add(state.keys.get(get.key()));
        } else if (op instanceof Op.GetRevision get) {
            reads.add(withoutValue(state.keys.get(get.key())));
        } else if (op instanceof Op.GetRange range) {
            readRange(range, reads);
        } else if (op instanceof Op.Append append) {
            reads.add(append(append, revision));
            return true;
        }
        return false;
    }

    private static @Nullable KeyValue withoutValue(@Nullable KeyValue entry) {
        return entry == null
                ? null
                : new KeyValue(
                        entry.key(),
                        NO_BYTES,
                        entry.createRevision(),
                        entry.modRevision(),
                        entry.version(),
                        entry.session());
    }

    private void readRange(Op.GetRange range, List<@Nullable KeyValue> reads) {
        int last = reads.size() + range.limit();
        long[] bytes = {0};
        state.keys.visitFrom(
                range.after().compareTo(range.prefix()) > 0 ? range.after() : range.prefix(), (key, entry) -> {
                    if (!key.startsWith(range.prefix())) {
                        return false;
                    }
                    if (!key.equals(range.after())) {
                        reads.add(entry);
                        bytes[0] += entry.value().length;
                    }
                    return reads.size() < last && bytes[0] < Op.GetRange.MAX_BYTES;
                });
    }

    private KeyValue append(Op.Append append, long revision) {
        KeyValue newest = state.keys.get(append.queue());
        // A value that no append has written counts as none: an applied entry must never fail.
        long sequence = newest == null || newest.value().length != Long.BYTES
                ? 1
                : ByteBuffer.wrap(newest.value()).getLong() + 1;
        String key = Op.Append.entry(append.queue(), sequence);
        state.put(
                append.queue(),
                ByteBuffer.allocate(Long.BYTES).putLong(sequence).array(),
                null,
                revision);
        state.put(key, append.value(), null, revision);
        return new KeyValue(key, NO_BYTES, revision, revision, 1, null);
    }

    // A loop, for this runs for every message to a durable entity on every voter.
    private boolean allHold(List<Compare> compares) {
        for (int i = 0; i < compares.size(); i++) {
            if (!holds(compares.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean holds(Compare compare) {
        KeyValue entry = state.keys.get(compare.key());
        int order = switch (compare.target()) {
            case VERSION -> Long.compare(entry == null ? 0 : entry.version(), compare.number());
            case CREATE_REVISION -> Long.compare(entry == null ? 0 : entry.createRevision(), compare.number());
            case MOD_REVISION -> Long.compare(entry == null ? 0 : entry.modRevision(), compare.number());
            case VALUE -> Arrays.compareUnsigned(valueOf(entry), compare.bytes());
            case VALUE_PREFIX -> comparePrefix(valueOf(entry), compare.bytes());
        };
        return switch (compare.relation()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case LESS -> order < 0;
            case GREATER -> order > 0;
        };
    }

    private static int comparePrefix(byte[] value, byte[] prefix) {
        int length = Math.min(value.length, prefix.length);
        return Arrays.compareUnsigned(value, 0, length, prefix, 0, prefix.length);
    }

    private static byte[] valueOf(@Nullable KeyValue entry) {
        return entry == null ? NO_BYTES : entry.value();
    }
}
