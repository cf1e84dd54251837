package io.troupe.actors;

import java.util.Arrays;

import io.troupe.metadata.Op;
import io.troupe.transport.TransportException;
import io.troupe.transport.kryo.KryoCodec;
import org.agrona.DirectBuffer;

/** Messages, states and replies to bytes and back. Safe for any thread. */
final class Messages {
    private final KryoCodec codec;

    Messages(KryoCodec codec) {
        this.codec = codec;
    }

    byte[] encode(Object message) {
        return codec.encode(message);
    }

    /** {@return the header, and after it the message} */
    byte[] encode(byte[] header, Object message) {
        DirectBuffer encoded = codec.encodeView(message);
        byte[] bytes = Arrays.copyOf(header, header.length + encoded.capacity());
        encoded.getBytes(0, bytes, header.length, encoded.capacity());
        return bytes;
    }

    byte[] encodeReply(Object reply) {
        byte[] encoded = codec.encode(reply);
        if (encoded.length > Op.Settle.MAX_REPLY_LENGTH) {
            throw new TransportException(
                    TransportException.Code.TOO_LARGE,
                    "a reply of class " + reply.getClass().getName() + " has " + encoded.length
                            + " bytes, the limit is " + Op.Settle.MAX_REPLY_LENGTH + ": answer in pages");
        }
        return encoded;
    }

    <M> M decode(Kind<M> kind, Letter letter) {
        byte[] content = letter.message().content();
        Object message = codec.decode(content, letter.bodyOffset(), content.length - letter.bodyOffset());
        if (!kind.protocol().isInstance(message)) {
            throw new IllegalArgumentException(
                    "a message of class " + message.getClass().getName() + " was sent to " + kind + ", which takes "
                            + kind.protocol().getName());
        }
        return kind.protocol().cast(message);
    }

    Object decode(byte[] bytes, int offset) {
        return codec.decode(bytes, offset, bytes.length - offset);
    }
}
