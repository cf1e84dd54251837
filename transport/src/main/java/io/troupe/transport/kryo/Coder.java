package io.troupe.transport.kryo;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Output;
import io.troupe.transport.Buffers;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * One thread's Kryo with its buffers. A message is the number of its class, four bytes little-endian, and what the
 * serializer of that class wrote.
 */
final class Coder {
    private static final int FIRST_CAPACITY = 512;

    /** Longer buffers are for one message. */
    private static final int KEPT_CAPACITY = 256 * 1024;

    private final MessageKryo kryo;
    private final int maxMessageLength;
    private final Output output;
    private final BoundedInput input = new BoundedInput();
    private final MutableDirectBuffer view = Buffers.view();

    /** Bytes that came in a buffer off the heap; Kryo reads arrays only. */
    private byte[] copy = {};

    /** Set while a serializer may be running, so that a call from inside it gets another coder. */
    boolean busy;

    Coder(MessageKryo kryo, int maxMessageLength) {
        this.kryo = kryo;
        this.maxMessageLength = maxMessageLength;
        this.output = new Output(Math.min(FIRST_CAPACITY, maxMessageLength), maxMessageLength);
    }

    int classId(Object message) {
        return kryo.getRegistration(message.getClass()).getId();
    }

    /** Valid until the next call. */
    DirectBuffer encode(Object message) {
        Registration registration = kryo.getRegistration(message.getClass());
        if (output.getBuffer().length > KEPT_CAPACITY) {
            output.setBuffer(new byte[FIRST_CAPACITY], maxMessageLength);
        }
        output.reset();
        output.writeInt(registration.getId());
        kryo.writeObject(output, message, registration.getSerializer());
        view.wrap(output.getBuffer(), 0, output.position());
        return view;
    }

    Object decode(DirectBuffer buffer, int offset, int length) {
        buffer.boundsCheck(offset, length);
        byte[] array = buffer.byteArray();
        if (array != null) {
            return decode(array, buffer.wrapAdjustment() + offset, length);
        }
        byte[] bytes = copy.length < length ? new byte[length] : copy;
        if (length <= KEPT_CAPACITY) {
            copy = bytes;
        }
        buffer.getBytes(offset, bytes, 0, length);
        return decode(bytes, 0, length);
    }

    Object decode(byte[] bytes, int offset, int length) {
        try {
            input.setBuffer(bytes, offset, length);
            int id = input.readInt();
            Registration registration = kryo.getRegistration(id);
            if (registration == null) {
                throw new KryoException("class id " + id + " is not registered here: register the same classes under"
                        + " the same ids on every node");
            }
            Class<?> type = registration.getType();
            @SuppressWarnings("unchecked") // Kryo's registrations are raw; the pair was registered together.
            Object message = kryo.readObject(input, (Class<Object>) type, registration.getSerializer());
            if (message == null || input.position() != input.limit()) {
                throw new KryoException("class id " + id + ": the message is null or followed by "
                        + (input.limit() - input.position()) + " bytes too many");
            }
            return message;
        } finally {
            input.release();
        }
    }
}
