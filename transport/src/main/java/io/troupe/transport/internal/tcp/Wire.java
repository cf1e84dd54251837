package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.troupe.transport.internal.frame.PeerCertificate;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the socket of one connection and its frames: nothing, or TLS. What is not said otherwise here is so
 * when frames are on the socket as they are. Confined to the agent.
 *
 * <p>The JVM of a node without TLS loads one implementation only, so its calls cost what direct ones do.
 */
interface Wire {
    /** Puts bytes of frames into a buffer. Returns how many, or -1 if none will come any more. */
    int read(ByteBuffer into) throws IOException;

    /** Whether {@link #read} has more without the socket having any. */
    default boolean hasUnread() {
        return false;
    }

    /** Takes bytes of frames and writes to the socket, with one system call at most. Returns the bytes that left. */
    int write(ByteBuffer from) throws IOException;

    /** Whether something that {@link #write} has taken has not left. */
    default boolean hasUnsent() {
        return false;
    }

    /** Whether frames may be written: TLS must agree with the other end first. */
    default boolean isOpen() {
        return true;
    }

    /** Whether {@link #read} would do nothing, so that the socket need not be watched. */
    default boolean isBusy() {
        return false;
    }

    /** The certificate that the other end has shown, once open; null without TLS. */
    default @Nullable PeerCertificate peer() throws IOException {
        return null;
    }

    /** What to call when {@link #read} has something to do that the socket does not show. */
    default void onReadable(Runnable read) {}

    /** The other end is known now. */
    default void trust() {}

    /** Says that nothing follows; only when nothing is unsent. */
    void shutOutput() throws IOException;
}
