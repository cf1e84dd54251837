package io.troupe.transport.kryo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.esotericsoftware.kryo.io.KryoBufferOverflowException;
import io.troupe.transport.TransportException;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Messages to bytes and back. Thread-safe: every thread has a Kryo of its own, and a Kryo that has thrown is replaced,
 * for it may have kept a part of the failed message.
 *
 * <p>Decoding is for bytes of strangers: nothing is allocated because a size claims it, no class is looked up by name,
 * nesting is bounded, and whatever goes wrong is one {@code UNDECODABLE}.
 */
public final class KryoCodec {
    /** The limit that holds unless another is given. */
    public static final int DEFAULT_MAX_MESSAGE_LENGTH = 512 * 1024;

    private final MessageRegistry registry;
    private final int maxMessageLength;
    private final Map<Class<?>, StructSerializer> structs;
    private final Coders coders = new Coders(this::newCoder);

    /**
     * A codec for messages of at most {@link #DEFAULT_MAX_MESSAGE_LENGTH}.
     *
     * @param registry the classes
     */
    public KryoCodec(MessageRegistry registry) {
        this(registry, DEFAULT_MAX_MESSAGE_LENGTH);
    }

    /**
     * A codec.
     *
     * @param registry         the classes
     * @param maxMessageLength the longest message, in bytes
     * @throws TransportException {@code UNREGISTERED} if a class cannot be taken apart; names all of them
     */
    public KryoCodec(MessageRegistry registry, int maxMessageLength) {
        this.registry = registry;
        this.maxMessageLength = maxMessageLength;
        this.structs = plan(registry);
    }

    private static Map<Class<?>, StructSerializer> plan(MessageRegistry registry) {
        Map<Class<?>, StructSerializer> plans = new HashMap<>();
        List<String> errors = new ArrayList<>();
        for (MessageRegistry.Entry<?> entry : registry.entries()) {
            Class<?> type = entry.type();
            if (entry.codec() != null || type.isEnum() || type.isArray()) {
                continue;
            }
            try {
                plans.put(type, StructPlan.of(type));
            } catch (ReflectiveOperationException | RuntimeException closed) {
                errors.add("class " + type.getName() + " cannot be taken apart (" + closed.getMessage()
                        + "): give it a MessageCodec, or open its package");
            }
        }
        if (!errors.isEmpty()) {
            throw new TransportException(
                    TransportException.Code.UNREGISTERED, "message registry: " + String.join("; ", errors));
        }
        return plans;
    }

    private Coder newCoder() {
        return new Coder(new MessageKryo(registry, structs), maxMessageLength);
    }

    /**
     * The number of a message's class.
     *
     * @param message the message
     * @return its class id
     * @throws TransportException {@code UNREGISTERED} if it has none
     */
    public int classId(Object message) {
        Coder coder = coders.acquire();
        try {
            return coder.classId(message);
        } catch (RuntimeException failure) {
            throw notEncoded(message, failure);
        } finally {
            coder.busy = false;
        }
    }

    /**
     * Encodes a message.
     *
     * @param message the message
     * @return its bytes
     * @throws TransportException {@code UNREGISTERED}, {@code TOO_LARGE} or {@code UNENCODABLE}
     */
    public byte[] encode(Object message) {
        DirectBuffer view = encodeView(message);
        byte[] bytes = new byte[view.capacity()];
        view.getBytes(0, bytes);
        return bytes;
    }

    /**
     * Encodes a message without garbage.
     *
     * @param message the message
     * @return its bytes, from 0 to the capacity; valid until this thread encodes again
     * @throws TransportException {@code UNREGISTERED}, {@code TOO_LARGE} or {@code UNENCODABLE}
     */
    public DirectBuffer encodeView(Object message) {
        Coder coder = coders.acquire();
        try {
            return coder.encode(message);
        } catch (Throwable failure) {
            coders.discard(coder);
            throw notEncoded(message, failure);
        } finally {
            coder.busy = false;
        }
    }

    /**
     * Decodes a message.
     *
     * @param bytes what {@link #encode} made
     * @return the message
     * @throws TransportException {@code UNDECODABLE}
     */
    public Object decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /**
     * Decodes a message.
     *
     * @param bytes  hold it
     * @param offset where it starts
     * @param length how long it is
     * @return the message
     * @throws TransportException {@code UNDECODABLE}
     */
    public Object decode(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        Coder coder = coders.acquire();
        try {
            return coder.decode(bytes, offset, length);
        } catch (Throwable failure) {
            coders.discard(coder);
            throw notDecoded(length, failure);
        } finally {
            coder.busy = false;
        }
    }

    /**
     * Decodes a message; in place if the buffer is on the heap.
     *
     * @param buffer holds it
     * @param offset where it starts
     * @param length how long it is
     * @return the message
     * @throws TransportException {@code UNDECODABLE}
     */
    public Object decode(DirectBuffer buffer, int offset, int length) {
        buffer.boundsCheck(offset, length);
        Coder coder = coders.acquire();
        try {
            return coder.decode(buffer, offset, length);
        } catch (Throwable failure) {
            coders.discard(coder);
            throw notDecoded(length, failure);
        } finally {
            coder.busy = false;
        }
    }

    private TransportException notEncoded(Object message, Throwable failure) {
        rethrowIfFatal(failure);
        TransportException known = find(failure, TransportException.class);
        if (known != null) {
            return known;
        }
        String name = message.getClass().getName();
        if (find(failure, KryoBufferOverflowException.class) != null) {
            return new TransportException(
                    TransportException.Code.TOO_LARGE,
                    "a message of class " + name + " is longer than " + maxMessageLength
                            + " bytes: send less at once, or raise the limit on every node",
                    failure);
        }
        return new TransportException(
                TransportException.Code.UNENCODABLE,
                "a message of class " + name + " cannot be written (" + firstLine(failure)
                        + "); a message must be a tree of registered classes, at most " + MessageKryo.MAX_DEPTH
                        + " deep",
                failure);
    }

    private static TransportException notDecoded(int length, Throwable failure) {
        rethrowIfFatal(failure);
        return new TransportException(
                TransportException.Code.UNDECODABLE,
                length + " bytes are no message (" + firstLine(failure) + ")",
                failure);
    }

    /** An overflown stack is the message's fault and over; any other error of the machine is not ours to hide. */
    private static void rethrowIfFatal(Throwable failure) {
        if (failure instanceof VirtualMachineError error && !(failure instanceof StackOverflowError)) {
            throw error;
        }
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }

    private static String firstLine(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        int end = text.indexOf('\n');
        return failure.getClass().getSimpleName() + ": " + (end < 0 ? text : text.substring(0, end));
    }
}
