package io.troupe.metadata.internal.submit;

import java.util.List;

import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.codec.CodecException;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.codec.EventCodec;
import io.troupe.metadata.internal.codec.OutcomeCodec;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.Outcome;

/** A {@link Message} and its bytes: a type, the tag, and the rest. */
public final class MessageCodec {
    private static final int PROPOSE = 1;
    private static final int RENEW = 2;
    private static final int ANSWERED = 3;
    private static final int NOT_LEADING = 4;
    private static final List<Message.Kind> KINDS = List.of(Message.Kind.values());

    private MessageCodec() {}

    /**
     * Writes a message.
     *
     * @param to      the writer
     * @param message the message
     */
    public static void write(ByteWriter to, Message message) {
        if (message instanceof Message.Propose propose) {
            writeHead(to, PROPOSE, message.tag());
            to.writeRaw(propose.command());
        } else if (message instanceof Message.Renew renew) {
            writeHead(to, RENEW, message.tag());
            EventCodec.writeSessionId(to, renew.session());
        } else if (message instanceof Message.Answered answered) {
            writeHead(to, ANSWERED, message.tag());
            to.writeRaw(OutcomeCodec.encode(List.of(answered.outcome())));
        } else if (message instanceof Message.NotLeading notLeading) {
            writeHead(to, NOT_LEADING, message.tag());
            Leader leader = notLeading.leader();
            to.writeByte(leader == null ? 0 : 1);
            if (leader != null) {
                EventCodec.writeLeader(to, leader);
            }
        }
    }

    /**
     * Reads a message of another node. A proposed command is checked here, before it can reach the log: it must be
     * whole and may speak for its sender only.
     *
     * @param from   the reader
     * @param origin the node it comes from
     * @return the message
     * @throws CodecException if the bytes are no such message
     */
    public static Message read(ByteReader from, String origin) {
        int type = from.readByte();
        int kind = from.readByte();
        if (kind >= KINDS.size()) {
            throw from.expected("a kind below " + KINDS.size() + ", not " + kind);
        }
        Message.Tag tag = new Message.Tag(KINDS.get(kind), from.readVarLong(), from.readVarLong(), from.readVarLong());
        switch (type) {
            case PROPOSE -> {
                byte[] command = from.readRaw(from.remaining());
                checkCommand(tag, EntryCodec.decodeCommand(command), origin);
                return new Message.Propose(tag, command);
            }
            case RENEW -> {
                return new Message.Renew(tag, EventCodec.readSessionId(from));
            }
            case ANSWERED -> {
                List<Outcome> outcomes = OutcomeCodec.decode(from.readRaw(from.remaining()));
                if (outcomes.size() != 1) {
                    throw from.expected("one outcome, not " + outcomes.size());
                }
                return new Message.Answered(tag, outcomes.get(0));
            }
            case NOT_LEADING -> {
                return new Message.NotLeading(tag, from.readByte() == 0 ? null : EventCodec.readLeader(from));
            }
            default -> throw from.expected("a message type from 1 to 4, not " + type);
        }
    }

    private static void checkCommand(Message.Tag tag, Command command, String origin) {
        String node;
        if (command instanceof Command.Submit submit && tag.kind() == Message.Kind.SUBMIT) {
            node = submit.session().nodeId();
        } else if (command instanceof Command.OpenSession open && tag.kind() == Message.Kind.OPEN) {
            node = open.nodeId();
        } else if (command instanceof Command.JoinSession join && tag.kind() == Message.Kind.OPEN) {
            node = join.session().nodeId();
        } else if (command instanceof Command.CloseSession close && tag.kind() == Message.Kind.CLOSE) {
            node = close.session().nodeId();
        } else {
            throw new CodecException(
                    "node " + origin + " proposes " + command.getClass().getSimpleName() + " as " + tag.kind());
        }
        if (!node.equals(origin)) {
            throw new CodecException("node " + origin + " proposes a command in the name of node " + node);
        }
    }

    private static void writeHead(ByteWriter to, int type, Message.Tag tag) {
        to.writeByte(type);
        to.writeByte(KINDS.indexOf(tag.kind()));
        to.writeVarLong(tag.life());
        to.writeVarLong(tag.number());
        to.writeVarLong(tag.attempt());
    }
}
