package io.troupe.metadata.internal.codec;

import java.nio.ByteBuffer;
import java.util.List;

import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.state.Command;

/**
 * A log entry and its bytes. Every command is encoded on its own, so a leader can put the bytes of other nodes' submits
 * into an entry as they are, and a transaction is encoded once in its life.
 */
public final class EntryCodec {
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
        return new byte[0];
    }

    /**
     * {@return the commands}
     *
     * @param bytes an entry
     */
    public static List<Command> decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }

    /**
     * {@return the commands}
     *
     * @param bytes an entry, from position to limit
     */
    public static List<Command> decode(ByteBuffer bytes) {
        return List.of();
    }

    /**
     * {@return the bytes of one command}
     *
     * @param command the command
     */
    public static byte[] encodeCommand(Command command) {
        return new byte[0];
    }

    /**
     * {@return the command}
     *
     * @param bytes from {@link #encodeCommand} or {@link #encodeSubmit}
     */
    public static Command decodeCommand(byte[] bytes) {
        return new Command.Lead("");
    }

    /**
     * {@return the bytes of a {@link Command.Submit}}
     *
     * @param session  the submitting session
     * @param sequence its place in the session
     * @param txns     its transactions, each from {@link #encodeTxn}
     */
    public static byte[] encodeSubmit(SessionId session, long sequence, List<byte[]> txns) {
        return new byte[0];
    }

    /**
     * Checks a transaction against the limits of {@link io.troupe.metadata.MetadataStore} and encodes it.
     *
     * @param txn the transaction
     * @return its bytes
     * @throws io.troupe.metadata.MetadataException with code TOO_LARGE, naming what is too large
     */
    public static byte[] encodeTxn(Txn txn) {
        return new byte[0];
    }
}
