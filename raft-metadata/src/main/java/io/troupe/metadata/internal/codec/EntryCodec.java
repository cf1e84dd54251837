package io.troupe.metadata.internal.codec;

import java.nio.ByteBuffer;
import java.util.List;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.state.Command;

/**
 * A log entry and its bytes: a version, a count, and each command with its length. Every command is encoded on its own,
 * so a leader can put the bytes of other nodes' submits into an entry as they are, and a transaction is encoded once in
 * its life.
 */
public final class EntryCodec {
    /** The only version so far. A new one must still read this one: the log outlives the program. */
    private static final int VERSION = 1;

    private static final int SUBMIT = 1;
    private static final int OPEN_SESSION = 2;
    private static final int CLOSE_SESSION = 3;
    private static final int EXPIRE_SESSION = 4;
    private static final int TICK = 5;
    private static final int LEAD = 6;
    private static final int JOIN_SESSION = 7;

    private EntryCodec() {}

    /**
     * {@return the bytes of the entry}
     *
     * @param entry its commands
     */
    public static byte[] encode(List<Command> entry) {
        return join(entry.stream().map(EntryCodec::encodeCommand).toList());
    }

    /**
     * {@return an entry of commands that are encoded already}
     *
     * @param commands from {@link #encodeCommand} or {@link #encodeSubmit}
     */
    public static byte[] join(List<byte[]> commands) {
        ByteWriter to = new ByteWriter();
        to.writeByte(VERSION);
        to.writeVarInt(commands.size());
        commands.forEach(to::writeBytes);
        return to.toByteArray();
    }

    /**
     * {@return the commands}
     *
     * @param bytes an entry
     * @throws CodecException if they are not one
     */
    public static List<Command> decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }

    /**
     * {@return the commands}
     *
     * @param bytes an entry, from position to limit; the buffer itself does not move
     * @throws CodecException if they are not one
     */
    public static List<Command> decode(ByteBuffer bytes) {
        ByteReader from = ByteReader.of(bytes);
        from.readVersion("a log entry", VERSION);
        List<Command> commands = from.readList(2, reader -> readCommand(reader.readPart()));
        from.expectEnd();
        return commands;
    }

    /**
     * {@return the bytes of one command}
     *
     * @param command the command
     */
    public static byte[] encodeCommand(Command command) {
        ByteWriter to = new ByteWriter();
        if (command instanceof Command.Submit submit) {
            writeSubmitHead(
                    to, submit.session(), submit.sequence(), submit.txns().size());
            submit.txns().forEach(txn -> TxnCodec.write(to, txn));
        } else if (command instanceof Command.OpenSession request) {
            to.writeByte(OPEN_SESSION);
            to.writeString(request.nodeId());
            to.writeString(request.storageId());
            to.writeFixedLong(request.nonce());
            to.writeVarLong(request.ttlMillis());
        } else if (command instanceof Command.CloseSession request) {
            to.writeByte(CLOSE_SESSION);
            EventCodec.writeSessionId(to, request.session());
        } else if (command instanceof Command.ExpireSession request) {
            to.writeByte(EXPIRE_SESSION);
            EventCodec.writeSessionId(to, request.session());
            to.writeVarLong(request.renewedAt());
        } else if (command instanceof Command.Tick tick) {
            to.writeByte(TICK);
            to.writeVarLong(tick.timeMillis());
            EventCodec.writeSessionIds(to, tick.renewals());
        } else if (command instanceof Command.Lead lead) {
            to.writeByte(LEAD);
            to.writeString(lead.nodeId());
        } else if (command instanceof Command.JoinSession request) {
            to.writeByte(JOIN_SESSION);
            EventCodec.writeSessionId(to, request.session());
            to.writeString(request.storageId());
            to.writeFixedLong(request.nonce());
            to.writeVarLong(request.ttlMillis());
        } else {
            throw new IllegalStateException("no code for " + command);
        }
        return to.toByteArray();
    }

    /**
     * {@return the command}
     *
     * @param bytes from {@link #encodeCommand} or {@link #encodeSubmit}
     * @throws CodecException if they are not one
     */
    public static Command decodeCommand(byte[] bytes) {
        return readCommand(ByteReader.of(bytes));
    }

    /**
     * {@return the bytes of a {@link Command.Submit}}
     *
     * @param session  the submitting session
     * @param sequence its place in the session
     * @param txns     its transactions, each from {@link #encodeTxn}
     */
    public static byte[] encodeSubmit(SessionId session, long sequence, List<byte[]> txns) {
        ByteWriter to = new ByteWriter();
        writeSubmitHead(to, session, sequence, txns.size());
        txns.forEach(to::writeRaw);
        return to.toByteArray();
    }

    /**
     * Checks a transaction against the limits of {@link MetadataStore} and encodes it.
     *
     * @param txn the transaction
     * @return its bytes
     * @throws MetadataException with code TOO_LARGE, naming what is too large
     */
    public static byte[] encodeTxn(Txn txn) {
        TxnCodec.checkLimits(txn);
        ByteWriter to = new ByteWriter();
        TxnCodec.write(to, txn);
        if (to.length() > MetadataStore.MAX_TXN_LENGTH) {
            throw new MetadataException(
                    MetadataException.Code.TOO_LARGE,
                    "a transaction of " + to.length() + " bytes, the limit is " + MetadataStore.MAX_TXN_LENGTH
                            + ": split it into several transactions");
        }
        return to.toByteArray();
    }

    private static void writeSubmitHead(ByteWriter to, SessionId session, long sequence, int txns) {
        to.writeByte(SUBMIT);
        EventCodec.writeSessionId(to, session);
        to.writeVarLong(sequence);
        to.writeVarInt(txns);
    }

    private static Command readCommand(ByteReader from) {
        int code = from.readByte();
        Command command = switch (code) {
            case SUBMIT ->
                new Command.Submit(
                        EventCodec.readSessionId(from),
                        from.readVarLong(),
                        from.readList(TxnCodec.LEAST_BYTES, TxnCodec::read));
            case OPEN_SESSION ->
                new Command.OpenSession(from.readString(), from.readString(), from.readFixedLong(), from.readVarLong());
            case CLOSE_SESSION -> new Command.CloseSession(EventCodec.readSessionId(from));
            case EXPIRE_SESSION -> new Command.ExpireSession(EventCodec.readSessionId(from), from.readVarLong());
            case TICK -> new Command.Tick(from.readVarLong(), EventCodec.readSessionIds(from));
            case LEAD -> new Command.Lead(from.readString());
            case JOIN_SESSION ->
                new Command.JoinSession(
                        EventCodec.readSessionId(from), from.readString(), from.readFixedLong(), from.readVarLong());
            default -> throw from.expected("a command from 1 to 7 before here, not " + code);
        };
        from.expectEnd();
        return command;
    }
}
