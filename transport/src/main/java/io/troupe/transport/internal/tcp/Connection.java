package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLException;

import io.troupe.transport.internal.frame.Control;
import io.troupe.transport.internal.frame.FramingException;
import io.troupe.transport.internal.frame.Hello;
import io.troupe.transport.internal.frame.LinkHandshake;
import io.troupe.transport.internal.frame.LinkLiveness;
import io.troupe.transport.internal.frame.PeerCertificate;
import io.troupe.transport.internal.frame.RefusalCode;
import io.troupe.transport.internal.session.LinkSession;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One socket: its bytes in, its bytes out, and how far it is. Decides nothing about links; what happens on it is told
 * to {@link Events}. Confined to the agent; that of the port hands those that it has accepted for the lanes of others
 * over to them when their handshake is done.
 */
final class Connection implements FrameInlet.Output {
    final SocketChannel channel;
    private SelectionKey key;
    final boolean dialled;

    /** Over a Unix-domain socket, not TCP. */
    final boolean unix;

    final LinkHandshake handshake;
    final Wire wire;
    private final FrameWriter writer;
    private final FrameInlet inlet = new FrameInlet(this);

    /** For people: the address at the other end. */
    final String remote;

    /** When the handshake must be done; without meaning once {@code link} carries frames. */
    final long handshakeDeadlineNs;

    private Events events;

    /** The node this connection was dialled for, or the one it has been agreed with. */
    @Nullable
    NodeLink link;

    /** Who the other node is; set when the handshake is done. */
    @Nullable
    Hello other;

    /** Set exactly while this connection carries frames. */
    private @Nullable LinkLiveness liveness;

    private boolean helloSent;

    /** Whether {@link Events#onOpen} was called; an accepted connection without TLS has nothing to say first. */
    private boolean opened;

    private boolean writeBlocked;

    /** Who is at the other end, once the handshake has shown that another agent drives the lane. */
    private @Nullable Hello leaving;

    /** What the selector watches the socket for, once it is connected. */
    private int watched = SelectionKey.OP_READ;

    private boolean outputShut;
    private boolean closed;

    /** Refused: close as soon as the refusal has left. */
    private boolean closeAfterWrite;

    private boolean goodbyeSaid;
    private long upSinceNs;

    /** What happens on connections. */
    interface Events {
        /** Frames can be said; with TLS, {@code certificate} is the other end's. */
        void onOpen(Connection connection, @Nullable PeerCertificate certificate);

        /** TLS is refused, refuses, or was broken. */
        void onTlsFailed(Connection connection, SSLException error);

        void onStep(Connection connection, LinkHandshake.Step step) throws FramingException;

        void onFrame(Connection connection, int type, DirectBuffer buffer, int offset, int length);

        /** As {@link #leaveFor} wanted: its socket is no longer watched, and nothing of it runs any more. */
        void onLeaving(Connection connection, Hello other);

        /** The other end has said how far it is. */
        void onAcked(Connection connection, LinkSession session);

        void onLost(Connection connection, String reason);

        /** Of this node: the connection is lost. */
        void onDefect(Connection connection, String doing, Throwable defect);

        void onProtocolError(Connection connection, FramingException error);
    }

    Connection(Wired wired, LinkHandshake handshake, Dialled dialled, Events events) {
        this.channel = wired.channel();
        this.key = wired.key();
        this.wire = wired.wire();
        this.writer = new FrameWriter(wire);
        this.handshake = handshake;
        this.dialled = dialled.link() != null;
        this.link = dialled.link();
        this.remote = dialled.remote();
        this.unix = dialled.unix();
        this.handshakeDeadlineNs = dialled.handshakeDeadlineNs();
        this.events = events;
        this.opened = link == null && wire.isOpen();
        key.attach(this);
        wire.onReadable(this::resume);
    }

    /** A socket, registered with the selector of the agent, and what lies between it and the frames. */
    record Wired(SocketChannel channel, SelectionKey key, Wire wire) {}

    /** Where a connection comes from: {@code link} is null for an accepted one. */
    record Dialled(@Nullable NodeLink link, String remote, boolean unix, long handshakeDeadlineNs) {}

    static void configure(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    boolean isActive() {
        return liveness != null;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** Whether our HELLO may have reached the other node: from then on a crossing dial is decided by the node ids. */
    boolean isHelloSent() {
        return helloSent;
    }

    long upNs(long nowNs) {
        return isActive() ? nowNs - upSinceNs : 0;
    }

    /** The dialled socket is connected. */
    void begin() {
        key.interestOps(SelectionKey.OP_READ);
        if (!open()) {
            read(System.nanoTime());
        }
    }

    /** True if frames can be said from now on. */
    private boolean open() {
        if (opened || !wire.isOpen()) {
            return false;
        }
        opened = true;
        try {
            events.onOpen(this, wire.peer());
        } catch (SSLException unknown) {
            events.onTlsFailed(this, unknown);
        } catch (IOException broken) {
            events.onLost(this, String.valueOf(broken.getMessage()));
        }
        return true;
    }

    private void resume() {
        try {
            if (!closed) {
                read(System.nanoTime());
            }
        } catch (Throwable defect) {
            events.onDefect(this, "reading from", defect);
        }
    }

    /** Whether the other end has said that it leaves: its session is over. */
    boolean isGoodbyeHeard() {
        return inlet.isGoodbyeHeard();
    }

    /** Whether it ends with a refusal of ours. */
    boolean isRefused() {
        return closeAfterWrite;
    }

    /** Says who we are. */
    void sayHello(Hello own) {
        helloSent = true;
        writer.say(Control.putHello(writer.control(), 0, Control.HELLO, own));
    }

    void sayWelcome(Hello own) {
        writer.say(Control.putHello(writer.control(), 0, Control.WELCOME, own));
    }

    void sayRefusal(Hello own, RefusalCode code) {
        writer.say(Control.putRefusal(writer.control(), 0, own, code));
        closeAfterWrite = true;
    }

    void sayChallenge(LinkHandshake.Challenge challenge) {
        writer.say(Control.putChallenge(writer.control(), 0, challenge.own(), challenge.proof()));
    }

    void sayProof(byte[] proof) {
        writer.say(Control.putProof(writer.control(), 0, proof));
    }

    /** The handshake is done: from the next frame on this connection carries the frames of the link. */
    void activate(NodeLink node, Hello who, LinkSession carried, LinkLiveness newLiveness) {
        wire.trust();
        link = node;
        other = who;
        inlet.carry(node.buffer(), carried);
        writer.carry(carried);
        liveness = newLiveness;
        upSinceNs = System.nanoTime();
    }

    /** The agreed lane is another agent's: reads no further, and says so as soon as it can be let go. */
    void leaveFor(Hello agreed) {
        leaving = agreed;
    }

    /** A task of TLS comes back to the agent that began it. */
    private void letGo(Hello agreed) {
        watch();
        if (!closed && !wire.isBusy()) {
            key.cancel();
            events.onLeaving(this, agreed);
        }
    }

    /** Watched by another agent from now on. */
    void moveTo(SelectionKey newKey, Events newEvents) {
        key = newKey;
        events = newEvents;
        watched = SelectionKey.OP_READ;
        leaving = null;
        newKey.attach(this);
    }

    /** The new agent has answered the handshake: reads what came behind it, with it or since. */
    void goOn() {
        try {
            inlet.cutRest();
        } catch (FramingException error) {
            events.onProtocolError(this, error);
        }
        if (!closed) {
            read(System.nanoTime());
        }
    }

    /** Whether a write would get something done now. */
    boolean isSendable() {
        if (closed || writeBlocked || outputShut) {
            return false;
        }
        return writer.isSendable();
    }

    /** Whether everything accepted so far has been given to the socket. */
    boolean isFlushed() {
        return closed || writer.isFlushed();
    }

    /** Reads once and hands on every whole frame. Returns 1 if bytes came. */
    int read(long nowNs) {
        int work = 0;
        Hello agreed = leaving;
        if (agreed != null) {
            letGo(agreed);
            return work;
        }
        try {
            do {
                int count = wire.read(inlet.bytes());
                if (count < 0) {
                    onEnd();
                    return 1;
                }
                if (count > 0) {
                    work = 1;
                    if (liveness != null) {
                        liveness.onReceived(nowNs);
                    }
                    inlet.cut();
                } else if (!open()) {
                    break;
                }
                agreed = leaving;
            } while (!closed && agreed == null && wire.hasUnread());
            if (agreed == null) {
                watch();
            } else {
                letGo(agreed);
            }
            return work;
        } catch (FramingException error) {
            events.onProtocolError(this, error);
        } catch (SSLException error) {
            events.onTlsFailed(this, error);
        } catch (IOException error) {
            events.onLost(this, String.valueOf(error.getMessage()));
        }
        return 1;
    }

    private void onEnd() throws FramingException {
        inlet.end();
        if (dialled && !opened && !closeAfterWrite) {
            events.onTlsFailed(
                    this,
                    new SSLException(
                            "the other end has closed the connection within the TLS handshake: either it has no"
                                    + " TLS, and all nodes must have it or none, or its log says why"));
        }
        events.onLost(this, "closed by the other end");
    }

    /** TLS has failed: the other end is told, if there is something to tell, before the connection is closed. */
    void giveUp(String reason) {
        writer.sayNothing();
        if (closeAfterWrite || isActive() || !wire.hasUnsent()) {
            events.onLost(this, reason);
        }
        closeAfterWrite = true;
    }

    @Override
    public void onHandshakeFrame(int flags, int type, DirectBuffer buffer, int offset, int length)
            throws FramingException {
        if (!closeAfterWrite) {
            events.onStep(this, handshake.onFrame(flags, type, buffer, offset, length));
        }
    }

    @Override
    public void onFrame(int type, DirectBuffer buffer, int offset, int length) {
        events.onFrame(this, type, buffer, offset, length);
    }

    @Override
    public void onAcked(LinkSession session) {
        events.onAcked(this, session);
    }

    @Override
    public boolean isLeaving() {
        return leaving != null;
    }

    /** Writes what is waiting, one system call at most. Returns 1 if bytes left. */
    int write(long nowNs) {
        if (!isSendable()) {
            return 0;
        }
        try {
            int count = writer.write() + tellInTime(nowNs);
            if (writer.hasRest()) {
                block(true);
            } else {
                onWritten();
            }
            if (count > 0 && liveness != null) {
                liveness.onWritten(nowNs);
            }
            if (wire.hasUnread()) {
                read(nowNs); // It waited for room to say something first.
            }
            return count > 0 ? 1 : 0;
        } catch (SSLException error) {
            events.onTlsFailed(this, error);
            return 1;
        } catch (IOException error) {
            events.onLost(this, String.valueOf(error.getMessage()));
            return 1;
        }
    }

    /**
     * Writes once in place of the agent, which sleeps; calls nobody. True if nothing is left for the agent to do: what
     * goes wrong here is found by it, too.
     */
    boolean writeForAgent(long nowNs) {
        if (!isSendable()) {
            return true;
        }
        try {
            if (writer.write() > 0 && liveness != null) {
                liveness.onWritten(nowNs);
            }
            tellInTime(nowNs);
        } catch (IOException broken) {
            return false;
        }
        if (writer.hasRest()) {
            return false;
        }
        onWritten();
        return !isSendable() && !wire.hasUnread();
    }

    /** Behind frames that left: says how far we are, if that is due. Returns the bytes that left. */
    private int tellInTime(long nowNs) throws IOException {
        LinkLiveness alive = liveness;
        if (alive == null || !alive.isTellingDue(nowNs) || writer.hasRest()) {
            return 0;
        }
        alive.onTold(nowNs);
        if (!writer.isUntold()) {
            return 0;
        }
        writer.wantAck();
        return writer.write();
    }

    private void onWritten() {
        NodeLink node = link;
        int frames = writer.takeFrames();
        if (frames > 0 && node != null) {
            node.framesSent.lazySet(node.framesSent.get() + frames);
        }
        if (closeAfterWrite) {
            // Not closed at once: unread bytes would turn the close into a reset that overtakes the refusal.
            shutOutput();
        }
    }

    /** The socket takes bytes again. */
    void onWritable() {
        block(false);
    }

    private void block(boolean blocked) {
        if (writeBlocked != blocked) {
            writeBlocked = blocked;
            watch();
        }
    }

    /** Watches the socket for what can be used: bytes that nobody takes would make every sleep a poll. */
    private void watch() {
        int wanted = (wire.isBusy() ? 0 : SelectionKey.OP_READ) | (writeBlocked ? SelectionKey.OP_WRITE : 0);
        if (wanted != watched && !closed) {
            watched = wanted;
            key.interestOps(wanted);
        }
    }

    /** Says that nothing follows, and then sends no more; once all that was accepted has left. */
    void leave() {
        if (goodbyeSaid) {
            shutOutput();
        } else {
            goodbyeSaid = true;
            writer.sayGoodbye();
        }
    }

    /** Sends no more; the other end sees the end of the stream after all that was written. */
    private void shutOutput() {
        if (!outputShut && !closed) {
            outputShut = true;
            try {
                wire.shutOutput();
            } catch (IOException alreadyBroken) {
                events.onLost(this, String.valueOf(alreadyBroken.getMessage()));
            }
        }
    }

    /** Judges the link, sends a heartbeat if one is due. */
    void tick(long nowNs) {
        LinkLiveness alive = liveness;
        if (closed) {
            return;
        }
        if (alive == null) {
            if (nowNs - handshakeDeadlineNs >= 0) {
                events.onLost(this, "no handshake in time");
            }
            return;
        }
        switch (alive.onTick(nowNs)) {
            case DEAD -> events.onLost(this, "silent for too long");
            case HEARTBEAT_DUE -> {
                writer.wantAck(); // while the socket takes nothing it would not leave either
                alive.onWritten(nowNs);
                alive.onTold(nowNs);
            }
            case ALIVE -> {}
        }
    }

    long deadlineNs() {
        return liveness != null ? liveness.deadlineNs() : handshakeDeadlineNs;
    }

    /** Closes the socket. Idempotent. */
    void close(boolean abruptly) {
        if (closed) {
            return;
        }
        closed = true;
        key.cancel();
        if (abruptly) {
            closeAsReset();
        }
        try {
            channel.close();
        } catch (IOException gone) {
            // The socket is of no use to anyone any more; its descriptor is released all the same.
            closed = true;
        }
    }

    /** Zero linger makes the close a reset, as a broken network would. */
    private void closeAsReset() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException alreadyBroken) {
            // Some systems take no option for a socket that the other end has reset; the close is all that is left.
        }
    }
}
