package io.troupe.metadata.internal.codec;

import java.util.List;

import io.troupe.metadata.Compare;
import io.troupe.metadata.Compare.Relation;
import io.troupe.metadata.Compare.Target;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;

/** A transaction and its bytes. */
final class TxnCodec {
    private static final int PUT = 1;
    private static final int DELETE = 2;
    private static final int DELETE_RANGE = 3;
    private static final int GET = 4;
    private static final int SETTLE = 5;
    private static final int GET_RANGE = 6;
    private static final int APPEND = 7;
    private static final int SETTLE_BEFORE = 8;
    private static final int GET_REVISION = 9;

    /** The shortest transaction: three empty lists. */
    static final int LEAST_BYTES = 3;

    private static final int LEAST_COMPARE_BYTES = 5;
    private static final int LEAST_OP_BYTES = 2;

    private TxnCodec() {}

    static void checkLimits(Txn txn) {
        if (txn.readCost() > MetadataStore.MAX_TXN_READ_COST) {
            throw new MetadataException(
                    MetadataException.Code.TOO_LARGE,
                    "a transaction that may read " + txn.readCost() / Op.VALUE_COST
                            + " values of any length, the limit is " + MetadataStore.MAX_TXN_READ_COST / Op.VALUE_COST
                            + ": split it, or read what is known to be small with Get.ofSmall");
        }
        txn.then().forEach(TxnCodec::checkLimits);
        txn.otherwise().forEach(TxnCodec::checkLimits);
    }

    private static void checkLimits(Op op) {
        if (op instanceof Op.Put put) {
            checkValue("key " + put.key(), put.value());
        }
        if (op instanceof Op.Append append) {
            checkValue("an entry of queue " + append.queue(), append.value());
        }
        if (op instanceof Op.Settle settle && settle.reply().length > Op.Settle.MAX_REPLY_LENGTH) {
            throw new MetadataException(
                    MetadataException.Code.TOO_LARGE,
                    "the reply to message " + settle.sequence() + " of " + settle.session() + " has "
                            + settle.reply().length + " bytes, the limit is " + Op.Settle.MAX_REPLY_LENGTH
                            + ": put it in a key and answer with its name");
        }
    }

    private static void checkValue(String where, byte[] value) {
        if (value.length > MetadataStore.MAX_VALUE_LENGTH) {
            throw new MetadataException(
                    MetadataException.Code.TOO_LARGE,
                    "the value of " + where + " has " + value.length + " bytes, the limit is "
                            + MetadataStore.MAX_VALUE_LENGTH + ": split it over several keys");
        }
    }

    static void write(ByteWriter to, Txn txn) {
        to.writeVarInt(txn.compare().size());
        for (Compare compare : txn.compare()) {
            to.writeByte(code(compare.target()));
            to.writeByte(code(compare.relation()));
            to.writeString(compare.key());
            to.writeVarLong(compare.number());
            to.writeBytes(compare.bytes());
        }
        writeOps(to, txn.then());
        writeOps(to, txn.otherwise());
    }

    static Txn read(ByteReader from) {
        return new Txn(
                from.readList(LEAST_COMPARE_BYTES, TxnCodec::readCompare),
                from.readList(LEAST_OP_BYTES, TxnCodec::readOp),
                from.readList(LEAST_OP_BYTES, TxnCodec::readOp));
    }

    private static Compare readCompare(ByteReader from) {
        Target target = target(from);
        Relation relation = relation(from);
        return new Compare(from.readString(), target, relation, from.readVarLong(), from.readBytes());
    }

    private static void writeOps(ByteWriter to, List<Op> ops) {
        to.writeVarInt(ops.size());
        for (Op op : ops) {
            writeOp(to, op);
        }
    }

    private static void writeOp(ByteWriter to, Op op) {
        if (op instanceof Op.Put put) {
            to.writeByte(PUT);
            to.writeString(put.key());
            to.writeBytes(put.value());
            EventCodec.writeOptionalSessionId(to, put.session());
        } else if (op instanceof Op.Delete delete) {
            to.writeByte(DELETE);
            to.writeString(delete.key());
        } else if (op instanceof Op.DeleteRange range) {
            to.writeByte(DELETE_RANGE);
            to.writeString(range.prefix());
        } else if (op instanceof Op.Get get) {
            to.writeByte(GET);
            to.writeString(get.key());
        } else if (op instanceof Op.GetRevision get) {
            to.writeByte(GET_REVISION);
            to.writeString(get.key());
        } else if (op instanceof Op.GetRange range) {
            to.writeByte(GET_RANGE);
            to.writeString(range.prefix());
            to.writeString(range.after());
            to.writeVarLong(range.limit());
        } else if (op instanceof Op.Append append) {
            to.writeByte(APPEND);
            to.writeString(append.queue());
            to.writeBytes(append.value());
        } else if (op instanceof Op.Settle settle) {
            Op.Deadline deadline = settle.deadline();
            to.writeByte(deadline == null ? SETTLE : SETTLE_BEFORE);
            if (deadline != null) {
                to.writeVarLong(deadline.timeMillis());
                to.writeByte(deadline.outcome());
            }
            EventCodec.writeSessionId(to, settle.session());
            to.writeVarLong(settle.shard());
            to.writeVarLong(settle.sequence());
            to.writeVarLong(settle.floor());
            to.writeByte(settle.outcome());
            to.writeBytes(settle.reply());
        } else {
            throw new IllegalStateException("no code for " + op);
        }
    }

    private static Op readOp(ByteReader from) {
        int code = from.readByte();
        return switch (code) {
            case PUT -> new Op.Put(from.readString(), from.readBytes(), EventCodec.readOptionalSessionId(from));
            case DELETE -> new Op.Delete(from.readString());
            case DELETE_RANGE -> new Op.DeleteRange(from.require(from.readString(), p -> !p.isEmpty(), "a prefix"));
            case GET -> new Op.Get(from.readString());
            case GET_REVISION -> new Op.GetRevision(from.readString());
            case GET_RANGE ->
                new Op.GetRange(
                        from.readString(),
                        from.readString(),
                        from.require(from.readVarInt32(), n -> n >= 1 && n <= Op.GetRange.MAX_KEYS, "a limit"));
            case APPEND -> new Op.Append(from.readString(), from.readBytes());
            case SETTLE -> readSettle(from);
            case SETTLE_BEFORE -> {
                long timeMillis = from.require(from.readVarLong(), n -> n >= 0, "a time from 0");
                Op.Deadline deadline = new Op.Deadline(timeMillis, from.readByte());
                yield readSettle(from).before(deadline);
            }
            default -> throw from.expected("an operation from 1 to 9 before here, not " + code);
        };
    }

    private static Op.Settle readSettle(ByteReader from) {
        return new Op.Settle(
                EventCodec.readSessionId(from),
                from.readVarInt32(),
                from.require(from.readVarLong(), n -> n >= 1, "a sequence from 1"),
                from.require(from.readVarLong(), n -> n >= 1, "a floor from 1"),
                from.readByte(),
                from.readBytes());
    }

    // Codes, not ordinals: the order of an enum may change, the log may not.

    private static int code(Target target) {
        return switch (target) {
            case VERSION -> 1;
            case CREATE_REVISION -> 2;
            case MOD_REVISION -> 3;
            case VALUE -> 4;
            case VALUE_PREFIX -> 5;
        };
    }

    private static Target target(ByteReader from) {
        int code = from.readByte();
        return switch (code) {
            case 1 -> Target.VERSION;
            case 2 -> Target.CREATE_REVISION;
            case 3 -> Target.MOD_REVISION;
            case 4 -> Target.VALUE;
            case 5 -> Target.VALUE_PREFIX;
            default -> throw from.expected("a target from 1 to 5 before here, not " + code);
        };
    }

    private static int code(Relation relation) {
        return switch (relation) {
            case EQUAL -> 1;
            case NOT_EQUAL -> 2;
            case LESS -> 3;
            case GREATER -> 4;
        };
    }

    private static Relation relation(ByteReader from) {
        int code = from.readByte();
        return switch (code) {
            case 1 -> Relation.EQUAL;
            case 2 -> Relation.NOT_EQUAL;
            case 3 -> Relation.LESS;
            case 4 -> Relation.GREATER;
            default -> throw from.expected("a relation from 1 to 4 before here, not " + code);
        };
    }
}
