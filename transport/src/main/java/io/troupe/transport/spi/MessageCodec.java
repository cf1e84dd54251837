package io.troupe.transport.spi;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Turns the messages of one class into bytes and back, for a class that should not be taken apart field by field.
 * Thread-safe; calls no other codec.
 *
 * @param <T> the class
 */
public interface MessageCodec<T> {
    /**
     * Writes a message.
     *
     * @param message the message
     * @param buffer  where to; grows as needed
     * @param offset  where its first byte goes
     * @return how many bytes were written
     */
    int encode(T message, MutableDirectBuffer buffer, int offset);

    /**
     * Reads a message. The bytes come from the network: whatever they claim must be checked against {@code length}.
     *
     * @param buffer holds the bytes; valid during the call only
     * @param offset where they start
     * @param length how many there are
     * @return the message
     */
    T decode(DirectBuffer buffer, int offset, int length);
}
