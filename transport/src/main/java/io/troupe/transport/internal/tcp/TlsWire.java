package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;

import io.troupe.transport.internal.frame.PeerCertificate;
import io.troupe.transport.internal.tls.NodeUri;
import io.troupe.transport.internal.tls.TlsChannel;

/** Frames inside TLS: carries bytes between a {@link TlsChannel}, whose buffers are on the heap, and the socket. */
final class TlsWire implements Wire {
    private final SocketChannel socket;
    private final TlsChannel channel;

    /**
     * Direct, because the JDK copies heap buffers through a cache of direct ones; empty between two calls, so all
     * connections of an agent share it.
     */
    private ByteBuffer scratch;

    private TaskRunner tasks;

    /** Called on the agent when a task is done. */
    private Runnable onReadable = () -> {};

    /** Nothing of what came can be used before more comes, or a task is done. */
    private boolean starved = true;

    /** The other end has said that it sends no more. */
    private boolean ended;

    /** What comes cannot be understood any more; what is outbound may still tell the other end. */
    private boolean failed;

    /** Runs what takes long on another thread, and then, on the agent, the second one. */
    interface TaskRunner {
        void run(Runnable task, Runnable then);
    }

    TlsWire(SocketChannel socket, TlsChannel channel, ByteBuffer scratch, TaskRunner tasks) {
        this.socket = socket;
        this.channel = channel;
        this.scratch = scratch;
        this.tasks = tasks;
    }

    /** Another agent has the connection from now on; while no task runs. */
    void moveTo(ByteBuffer newScratch, TaskRunner newTasks) {
        scratch = newScratch;
        tasks = newTasks;
    }

    @Override
    public void onReadable(Runnable read) {
        onReadable = read;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (failed) {
            return skip();
        }
        try {
            int count = decrypt(into);
            if (count != 0 || !starved || isBusy()) {
                return count;
            }
            scratch.clear().limit(Math.min(scratch.capacity(), channel.room()));
            if (socket.read(scratch) < 0) {
                return -1;
            }
            channel.received(scratch.flip());
            return decrypt(into);
        } catch (SSLException failure) {
            failed = true;
            throw failure;
        }
    }

    /**
     * Reads what cannot be understood any more: unread bytes would turn the close into a reset that overtakes the
     * alert.
     */
    private int skip() throws IOException {
        return socket.read(scratch.clear()) < 0 ? -1 : 0;
    }

    /** Until there is no room, nothing to decrypt, or the handshake is done: that has to be looked at first. */
    private int decrypt(ByteBuffer into) throws SSLException {
        int from = into.position();
        ByteBuffer plaintext = channel.plaintext();
        starved = false;
        while (!ended) {
            move(plaintext, into);
            if (plaintext.hasRemaining()) {
                return into.position() - from;
            }
            switch (channel.advance()) {
                case PLAINTEXT -> {}
                case TASK -> tasks.run(channel.task(), this::onTaskRun);
                case CLOSED -> ended = true;
                case OPENED -> {
                    return into.position() - from;
                }
                case STARVED -> {
                    starved = !channel.isFull();
                    return into.position() - from;
                }
            }
        }
        return into.position() > from ? into.position() - from : -1;
    }

    private static void move(ByteBuffer from, ByteBuffer into) {
        int count = Math.min(from.remaining(), into.remaining());
        into.put(into.position(), from, from.position(), count);
        into.position(into.position() + count);
        from.position(from.position() + count);
    }

    private void onTaskRun() {
        channel.taskDone();
        onReadable.run();
    }

    @Override
    public boolean hasUnread() {
        return !starved && !failed;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        if (isOpen()) {
            channel.seal(from);
        }
        return flush();
    }

    private int flush() throws IOException {
        ByteBuffer outbound = channel.outbound();
        if (!outbound.hasRemaining()) {
            return 0;
        }
        int length = Math.min(outbound.remaining(), scratch.capacity());
        scratch.clear().put(0, outbound, outbound.position(), length).limit(length);
        int count = socket.write(scratch);
        outbound.position(outbound.position() + count);
        return count;
    }

    @Override
    public boolean hasUnsent() {
        return channel.outbound().hasRemaining();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen() && !failed;
    }

    @Override
    public boolean isBusy() {
        // Without room only if the other end takes nothing of what we must say first.
        return channel.isBusy() || channel.room() == 0;
    }

    @Override
    public PeerCertificate peer() throws IOException {
        Certificate first = channel.session().getPeerCertificates()[0];
        if (first instanceof X509Certificate certificate) {
            return new PeerCertificate(certificate.getSubjectX500Principal().getName(), NodeUri.in(certificate));
        }
        throw new SSLException("the other end has shown no X.509 certificate");
    }

    @Override
    public void trust() {
        channel.trust();
    }

    @Override
    public void shutOutput() throws IOException {
        if (!failed) {
            channel.closeOutbound();
            flush();
        }
        socket.shutdownOutput();
    }
}
