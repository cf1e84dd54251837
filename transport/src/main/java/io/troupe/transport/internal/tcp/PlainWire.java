package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Frames on the socket as they are. */
final class PlainWire implements Wire {
    private final SocketChannel channel;

    PlainWire(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return from.hasRemaining() ? channel.write(from) : 0;
    }

    @Override
    public void shutOutput() throws IOException {
        channel.shutdownOutput();
    }
}
