package io.troupe.metadata.internal.codec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.TxnResult.Reason;
import org.jspecify.annotations.Nullable;

/** Results of transactions and their bytes. */
final class ResultCodec {
    private static final int SUCCEEDED = 1;
    private static final int COMPARE_FAILED = 2;
    private static final int SETTLE_REFUSED = 3;

    private static final int LEAST_BYTES = 3;

    private ResultCodec() {}

    static void writeAll(ByteWriter to, List<TxnResult> results) {
        to.writeVarInt(results.size());
        results.forEach(result -> write(to, result));
    }

    static List<TxnResult> readAll(ByteReader from) {
        return from.readList(LEAST_BYTES, ResultCodec::read);
    }

    private static void write(ByteWriter to, TxnResult result) {
        if (result instanceof TxnResult.SettleRefused refused) {
            to.writeByte(SETTLE_REFUSED);
            to.writeVarLong(refused.revision());
            to.writeByte(code(refused.reason()));
            to.writeByte(refused.outcome());
            to.writeBytes(refused.reply());
            return;
        }
        to.writeByte(result.succeeded() ? SUCCEEDED : COMPARE_FAILED);
        to.writeVarLong(result.revision());
        to.writeVarInt(result.reads().size());
        for (KeyValue read : result.reads()) {
            to.writeBoolean(read != null);
            if (read != null) {
                EventCodec.writeKeyValue(to, read);
            }
        }
    }

    private static TxnResult read(ByteReader from) {
        int code = from.readByte();
        long revision = from.readVarLong();
        return switch (code) {
            case SUCCEEDED -> new TxnResult.Succeeded(revision, readReads(from));
            case COMPARE_FAILED -> new TxnResult.CompareFailed(revision, readReads(from));
            case SETTLE_REFUSED ->
                new TxnResult.SettleRefused(revision, reason(from), from.readByte(), from.readBytes());
            default -> throw from.expected("a result from 1 to 3 before here, not " + code);
        };
    }

    private static List<@Nullable KeyValue> readReads(ByteReader from) {
        int count = from.readCount(1);
        List<@Nullable KeyValue> reads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            reads.add(from.readBoolean() ? EventCodec.readKeyValue(from) : null);
        }
        return Collections.unmodifiableList(reads);
    }

    private static int code(Reason reason) {
        return switch (reason) {
            case SETTLED -> 1;
            case BELOW_FLOOR -> 2;
            case SESSION_CLOSED -> 3;
            case WINDOW_FULL -> 4;
            case SESSION_FORGOTTEN -> 5;
        };
    }

    private static Reason reason(ByteReader from) {
        int code = from.readByte();
        return switch (code) {
            case 1 -> Reason.SETTLED;
            case 2 -> Reason.BELOW_FLOOR;
            case 3 -> Reason.SESSION_CLOSED;
            case 4 -> Reason.WINDOW_FULL;
            case 5 -> Reason.SESSION_FORGOTTEN;
            default -> throw from.expected("a reason from 1 to 5 before here, not " + code);
        };
    }
}
