package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.troupe.transport.internal.frame.PeerCertificate;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the socket of one connection and its frames: nothing, or TLS. Confined to the agent.
 *
 * <p>The JVM of a node without TLS loads one implementation only, so its calls cost what direct ones do.
 */
interface Wire {
    /** Puts bytes of frames into a buffer. Returns how many, or -1 if none will come any more. */
    int read(ByteBuffer into) throws IOException;

    /** Whether {@link #read} has more without the socket having any. */
    boolean hasUnread();

    /** Takes bytes of frames and writes to the socket, with one system call at most. Returns the bytes that left. */
    int write(ByteBuffer from) throws IOException;

    /** Whether something that {@link #write} has taken has not left. */
    boolean hasUnsent();

    /** Whether frames may be written: TLS must agree with the other end first. */
    boolean isOpen();

    /** Whether {@link #read} would do nothing, so that the socket need not be watched. */
    boolean isBusy();

    /** The certificate that the other end has shown, once open; null without TLS. */
    @Nullable
    PeerCertificate peer() throws IOException;

    /** What to call when {@link #read} has something to do that the socket does not show. */
    void onReadable(Runnable read);

    /** The other end is known now. */
    void trust();

    /** Says that nothing follows; only when nothing is unsent. */
    void shutOutput() throws IOException;
}
