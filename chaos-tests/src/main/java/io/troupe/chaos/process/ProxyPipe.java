package io.troupe.chaos.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * One direction of one connection: from the socket that is read into the delay line into the socket that is written.
 */
final class ProxyPipe {
    private final SocketChannel source;
    private final SocketChannel sink;
    private final DelayLine line;
    private final ByteBuffer buffer;
    private boolean sourceEnded;
    private boolean blocked;

    ProxyPipe(SocketChannel source, SocketChannel sink, DelayLine line, ByteBuffer buffer) {
        this.source = source;
        this.sink = sink;
        this.line = line;
        this.buffer = buffer;
    }

    DelayLine line() {
        return line;
    }

    boolean wantsRead() {
        return !sourceEnded && line.room() > 0;
    }

    /** {@return true while bytes are due that the receiver does not take} */
    boolean wantsWrite() {
        return blocked;
    }

    boolean isDone() {
        return line.isEndTaken();
    }

    void read(long nowNs) throws IOException {
        buffer.clear().limit(Math.min(buffer.capacity(), line.room()));
        int length = source.read(buffer);
        if (length < 0) {
            end(nowNs);
        } else if (length > 0) {
            line.put(buffer.flip(), nowNs);
        }
    }

    /** Nothing more is read; what was read still arrives. */
    void end(long nowNs) {
        if (!sourceEnded) {
            sourceEnded = true;
            line.end(nowNs);
        }
    }

    /** {@return how many bytes were written} */
    long write(long nowNs) throws IOException {
        blocked = false;
        long written = 0;
        ByteBuffer ready = line.ready(nowNs);
        while (ready != null) {
            int length = sink.write(ready);
            if (length > 0) {
                line.wrote(length, nowNs);
                written += length;
            }
            if (ready.hasRemaining()) {
                blocked = true;
                return written;
            }
            ready = line.ready(nowNs);
        }
        if (line.takeEnd(nowNs)) {
            sink.shutdownOutput();
        }
        return written;
    }
}
