package io.troupe.chaos.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;

/** One accepted connection and its continuation to the target. Confined to the proxy's thread. */
final class ProxyConnection {
    private final SocketChannel client;
    private final SocketChannel target;
    private final SelectionKey clientKey;
    private final SelectionKey targetKey;
    private final ProxyPipe forward;
    private final ProxyPipe backward;
    private final ByteBuffer buffer;
    private boolean connected;
    /** The proxy reads and discards, so that neither end notices by a full window. */
    private boolean forgotten;

    private boolean closed;

    ProxyConnection(
            SocketChannel client,
            InetSocketAddress address,
            Selector selector,
            ByteBuffer buffer,
            LineConditions forwardConditions,
            LineConditions backwardConditions,
            SplittableRandom random)
            throws IOException {
        this.client = client;
        this.buffer = buffer;
        target = SocketChannel.open();
        try {
            client.configureBlocking(false);
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            target.configureBlocking(false);
            target.setOption(StandardSocketOptions.TCP_NODELAY, true);
            long nowNs = System.nanoTime();
            forward = new ProxyPipe(client, target, new DelayLine(random.split(), forwardConditions, nowNs), buffer);
            backward = new ProxyPipe(target, client, new DelayLine(random.split(), backwardConditions, nowNs), buffer);
            clientKey = client.register(selector, 0, this);
            targetKey = target.register(selector, SelectionKey.OP_CONNECT, this);
            connected = target.connect(address);
        } catch (IOException | RuntimeException e) {
            target.close();
            throw e;
        }
    }

    void change(LineConditions forwardConditions, LineConditions backwardConditions, long nowNs) {
        forward.line().change(forwardConditions, nowNs);
        backward.line().change(backwardConditions, nowNs);
    }

    void forget() {
        forgotten = true;
    }

    void halfClose(Direction direction, long nowNs) {
        if (direction.includes(Direction.FORWARD)) {
            forward.end(nowNs);
        }
        if (direction.includes(Direction.BACKWARD)) {
            backward.end(nowNs);
        }
    }

    /** Moves what can be moved. {@return how many bytes went through} */
    long advance(long nowNs) {
        long moved = 0;
        try {
            if (!connected && targetKey.isConnectable()) {
                connected = target.finishConnect();
            }
            if (forgotten) {
                discard();
            } else if (connected) {
                moved = transfer(nowNs);
            }
        } catch (IOException brokenOff) {
            // An end that broke off is seen by the other end as broken off.
            reset();
        }
        return moved;
    }

    private long transfer(long nowNs) throws IOException {
        if (clientKey.isReadable() && forward.wantsRead()) {
            forward.read(nowNs);
        }
        if (targetKey.isReadable() && backward.wantsRead()) {
            backward.read(nowNs);
        }
        long moved = forward.write(nowNs) + backward.write(nowNs);
        if (forward.isDone() && backward.isDone()) {
            close();
        }
        return moved;
    }

    private void discard() throws IOException {
        discard(client, clientKey);
        if (connected) {
            discard(target, targetKey);
        }
        closed = !client.isOpen() && !target.isOpen();
    }

    private void discard(SocketChannel channel, SelectionKey key) throws IOException {
        if (!channel.isOpen() || !key.isReadable()) {
            return;
        }
        try {
            if (channel.read(buffer.clear()) < 0) {
                channel.close();
            }
        } catch (IOException gone) {
            channel.close();
        }
    }

    /** Tells the selector what to wait for; {@return how long nothing is due} */
    long prepareWait(long nowNs) {
        if (closed) {
            return DelayLine.NEVER_NS;
        }
        if (forgotten) {
            interest(clientKey, SelectionKey.OP_READ);
            interest(targetKey, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT);
            return DelayLine.NEVER_NS;
        }
        if (!connected) {
            interest(targetKey, SelectionKey.OP_CONNECT);
            return DelayLine.NEVER_NS;
        }
        interest(clientKey, operations(forward, backward));
        interest(targetKey, operations(backward, forward));
        return Math.min(wait(forward, nowNs), wait(backward, nowNs));
    }

    private static int operations(ProxyPipe from, ProxyPipe to) {
        return (from.wantsRead() ? SelectionKey.OP_READ : 0) | (to.wantsWrite() ? SelectionKey.OP_WRITE : 0);
    }

    private static void interest(SelectionKey key, int operations) {
        if (key.isValid() && key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }

    private static long wait(ProxyPipe pipe, long nowNs) {
        return pipe.wantsWrite() ? DelayLine.NEVER_NS : pipe.line().waitNs(nowNs);
    }

    boolean isClosed() {
        return closed;
    }

    /** Both ends get a reset. */
    void reset() {
        resetAndClose(client);
        resetAndClose(target);
        closed = true;
    }

    static void resetAndClose(SocketChannel channel) {
        try (channel) {
            // Lingering for no time makes close send RST instead of FIN.
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException alreadyGone) {
            // Nothing is left to reset.
        }
    }

    void close() {
        try (client;
                target) {
            closed = true;
        } catch (IOException alreadyGone) {
            // Nothing is left to close.
        }
    }
}
