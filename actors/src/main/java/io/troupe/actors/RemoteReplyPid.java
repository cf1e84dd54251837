package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.transport.spi.MessageCodec;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import static java.nio.ByteOrder.BIG_ENDIAN;

/** Where the answer of one ask of an entity goes, from whichever node it is sent. It travels within messages. */
final class RemoteReplyPid<R> extends ReplyPid<R> {
    private final AnswerAddress address;
    private final ClusterActorSystem system;

    RemoteReplyPid(AnswerAddress address, ClusterActorSystem system) {
        super(name(address));
        this.address = address;
        this.system = system;
    }

    static String name(AnswerAddress address) {
        return address.nodeId() + '-' + address.number();
    }

    AnswerAddress address() {
        return address;
    }

    @Override
    public ActorSystem system() {
        return system;
    }

    @Override
    public CompletableFuture<SendOutcome> tell(R answer) {
        Objects.requireNonNull(answer, () -> "the answer to " + this + " is null: send an object");
        Cell.refuseInDurableHandler(this);
        return system.openAsks().answer(address, system.messages().encodeReply(answer));
    }

    /** Life (8), number (8), the node's id in UTF-8. Big-endian. */
    static final class Codec implements MessageCodec<RemoteReplyPid<?>> {
        private static final int HEADER_LENGTH = 2 * Long.BYTES;
        private static final int MAX_NODE_LENGTH = 1024;

        private final Addresses addresses;

        Codec(Addresses addresses) {
            this.addresses = addresses;
        }

        @Override
        public int encode(RemoteReplyPid<?> pid, MutableDirectBuffer buffer, int offset) {
            byte[] node = pid.address.nodeId().getBytes(StandardCharsets.UTF_8);
            buffer.putLong(offset, pid.address.life(), BIG_ENDIAN);
            buffer.putLong(offset + Long.BYTES, pid.address.number(), BIG_ENDIAN);
            buffer.putBytes(offset + HEADER_LENGTH, node);
            return HEADER_LENGTH + node.length;
        }

        @Override
        public RemoteReplyPid<?> decode(DirectBuffer buffer, int offset, int length) {
            int nodeLength = length - HEADER_LENGTH;
            if (nodeLength < 1 || nodeLength > MAX_NODE_LENGTH) {
                throw new IllegalArgumentException(
                        "the address of an answer has " + length + " bytes, which cannot be");
            }
            byte[] node = new byte[nodeLength];
            buffer.getBytes(offset + HEADER_LENGTH, node);
            AnswerAddress address = new AnswerAddress(
                    new String(node, StandardCharsets.UTF_8),
                    buffer.getLong(offset, BIG_ENDIAN),
                    buffer.getLong(offset + Long.BYTES, BIG_ENDIAN));
            return new RemoteReplyPid<>(address, addresses.reader());
        }
    }
}
