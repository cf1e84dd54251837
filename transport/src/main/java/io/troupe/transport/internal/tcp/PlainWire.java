package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

import io.troupe.transport.internal.frame.PeerCertificate;
import org.jspecify.annotations.Nullable;

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
    public boolean hasUnread() {
        return false;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return from.hasRemaining() ? channel.write(from) : 0;
    }

    @Override
    public boolean hasUnsent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isBusy() {
        return false;
    }

    @Override
    public @Nullable PeerCertificate peer() {
        return null;
    }

    @Override
    public void onReadable(Runnable read) {}

    @Override
    public void trust() {}

    @Override
    public void shutOutput() throws IOException {
        channel.shutdownOutput();
    }
}
