package io.troupe.transport.internal.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

import org.jspecify.annotations.Nullable;

/**
 * One end of one TLS connection: takes the bytes of the socket and has the bytes of the frames, and the other way
 * round. Whoever drives it gives it what came ({@link #received}), calls {@link #advance} until it is
 * {@link Step#STARVED}, and takes what is {@link #outbound} to the socket.
 *
 * <p>What takes long in a handshake (signatures, the check of a certificate) is handed out as a {@link #task}. The
 * engine locks itself while one runs, so nothing here touches the engine between {@link Step#TASK} and
 * {@link #taskDone}: that is what keeps the driving thread free.
 *
 * <p>Its buffers are on the heap, where the engine works; of a few records until {@link #trust} is called.
 */
public final class TlsChannel {
    /** What the other end may send before it has proven who it is, in bytes on the wire. */
    public static final int MAX_UNTRUSTED_BYTES = 64 * 1024;

    /** Records that a buffer holds once the other end is known: then one system call carries several. */
    private static final int TRUSTED_RECORDS = 8;

    /** The engine wants room for the longest record before it makes a short one, as those of a handshake are. */
    private static final int UNTRUSTED_RECORDS = 2;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final int recordLength;

    /** Always ready to be read. What came and is not decrypted. */
    private ByteBuffer inbound;

    /** Always ready to be read. What is to be written to the socket. */
    private ByteBuffer outbound;

    /** Always ready to be read. What was decrypted last. */
    private final ByteBuffer plaintext;

    /** Handed out and not done; the engine is locked exactly then. */
    private @Nullable Runnable task;

    private boolean open;
    private boolean closed;
    private boolean trusted;

    /** The handshake waits until something of {@link #outbound} has left. */
    private boolean full;

    /** At most {@link #MAX_UNTRUSTED_BYTES} until trusted; not counted after that. */
    private int untrustedBytes;

    /** What {@link #advance} has found. */
    public enum Step {
        /** Nothing to do until bytes come, leave, or the task is done. */
        STARVED,
        /** {@link #task} must be run on another thread, and {@link #taskDone} called after it. */
        TASK,
        /** The TLS handshake is done: {@link #session} tells who the other end is. Happens once. */
        OPENED,
        /** {@link #plaintext} has bytes: take all of them. */
        PLAINTEXT,
        /** The other end has said that it sends no more. */
        CLOSED
    }

    /**
     * A channel before its first byte.
     *
     * @param engine a new engine, its mode and its limits set
     * @throws SSLException if the engine cannot start
     */
    public TlsChannel(SSLEngine engine) throws SSLException {
        this.engine = engine;
        recordLength = engine.getSession().getPacketBufferSize();
        inbound = ByteBuffer.allocate(recordLength).limit(0);
        outbound = ByteBuffer.allocate(UNTRUSTED_RECORDS * recordLength).limit(0);
        plaintext = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize())
                .limit(0);
        engine.beginHandshake();
    }

    /** {@return true from {@link Step#OPENED} on: what is sealed reaches the other end} */
    public boolean isOpen() {
        return open;
    }

    /** {@return true while a task runs: nothing can be taken in} */
    public boolean isBusy() {
        return task != null;
    }

    /** {@return true if the last {@link Step#STARVED} waits until something of {@link #outbound} has left} */
    public boolean isFull() {
        return full;
    }

    /** {@return the task of {@link Step#TASK}} */
    public Runnable task() {
        if (task == null) {
            throw new IllegalStateException("there is no task");
        }
        return task;
    }

    /** The task has run. */
    public void taskDone() {
        task = null;
    }

    /** {@return what was agreed, once open} */
    public SSLSession session() {
        return engine.getSession();
    }

    /** The other end has proven who it is: no more limit, and room for several records. */
    public void trust() {
        trusted = true;
        inbound = grown(inbound);
        outbound = grown(outbound);
    }

    private ByteBuffer grown(ByteBuffer from) {
        return ByteBuffer.allocate(TRUSTED_RECORDS * recordLength).put(from).flip();
    }

    /**
     * {@return how many bytes {@link #received} takes now: more than none after every {@link Step#STARVED} without a
     * task}
     */
    public int room() {
        return inbound.capacity() - inbound.remaining();
    }

    /**
     * Bytes have come.
     *
     * @param source the bytes, at most {@link #room}
     * @throws SSLException if that is too much from an end that has not proven who it is
     */
    public void received(ByteBuffer source) throws SSLException {
        if (!trusted) {
            untrustedBytes += source.remaining();
            if (untrustedBytes > MAX_UNTRUSTED_BYTES) {
                closed = true;
                throw new SSLException("more than " + MAX_UNTRUSTED_BYTES + " bytes before the end of the handshake");
            }
        }
        inbound.compact().put(source).flip();
    }

    /**
     * Does the next thing there is to do.
     *
     * @return what the caller must do about it
     * @throws SSLException if the other end is refused, refuses, or breaks the protocol; {@link #outbound} may then
     *     have an alert that tells it
     */
    public Step advance() throws SSLException {
        if (task != null || closed) {
            return Step.STARVED;
        }
        full = false;
        try {
            Step step;
            do {
                step = next();
            } while (step == null);
            return step;
        } catch (SSLException | RuntimeException failure) {
            closed = true;
            putAlert();
            throw failure instanceof SSLException known ? known : new SSLException(failure);
        }
    }

    /** The next step, or null if it needs none of the caller's. */
    private @Nullable Step next() throws SSLException {
        HandshakeStatus status = engine.getHandshakeStatus();
        if (status == HandshakeStatus.NEED_TASK) {
            task = engine.getDelegatedTask();
            return task == null ? null : Step.TASK;
        }
        if (status == HandshakeStatus.NEED_WRAP) {
            full = !wrap(NOTHING);
            return full ? Step.STARVED : null;
        }
        if (status == HandshakeStatus.NOT_HANDSHAKING && !open) {
            open = true;
            return Step.OPENED;
        }
        return unwrap();
    }

    private @Nullable Step unwrap() throws SSLException {
        SSLEngineResult result = engine.unwrap(inbound, plaintext.clear());
        plaintext.flip();
        switch (result.getStatus()) {
            case CLOSED -> {
                closed = true;
                return Step.CLOSED;
            }
            case BUFFER_UNDERFLOW -> {
                return Step.STARVED;
            }
            case BUFFER_OVERFLOW -> throw new SSLException("a record is longer than TLS allows");
            case OK -> {}
        }
        if (plaintext.hasRemaining()) {
            return Step.PLAINTEXT;
        }
        return result.bytesConsumed() == 0 ? Step.STARVED : null;
    }

    /** {@return the bytes of {@link Step#PLAINTEXT}} */
    public ByteBuffer plaintext() {
        return plaintext;
    }

    /**
     * Encrypts as much as {@link #outbound} has room for; only once open.
     *
     * @param plain what is to be sent; what is left of it waits
     * @throws SSLException if it cannot be encrypted
     */
    public void seal(ByteBuffer plain) throws SSLException {
        while (plain.hasRemaining() && !closed && task == null) {
            if (!wrap(plain)) {
                return;
            }
        }
    }

    /** False if there is no room, or nothing can be sent any more. */
    private boolean wrap(ByteBuffer plain) throws SSLException {
        if (outbound.capacity() - outbound.remaining() < recordLength) {
            return false;
        }
        outbound.compact();
        try {
            return engine.wrap(plain, outbound).getStatus() == SSLEngineResult.Status.OK;
        } finally {
            outbound.flip();
        }
    }

    /** {@return what is to be written to the socket} */
    public ByteBuffer outbound() {
        return outbound;
    }

    /** Says that nothing follows. Idempotent; {@link #outbound} then ends with that. */
    public void closeOutbound() {
        if (task == null && !closed) {
            engine.closeOutbound();
            putAlert();
        }
    }

    /** What the engine still wants to say: an alert, as a close is one. */
    private void putAlert() {
        try {
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && wrap(NOTHING)) {}
        } catch (SSLException | RuntimeException unsayable) {
            // The connection ends either way; the other end sees that without being told why.
            closed = true;
        }
    }
}
