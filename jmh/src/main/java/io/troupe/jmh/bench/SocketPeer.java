package io.troupe.jmh.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** The other end of the raw baselines: echoes, blocking or spinning, or counts a stream. A child's main class. */
final class SocketPeer {
    static final int PAYLOAD = 100;

    /** 4 bytes of length and a payload. */
    static final int RECORD = Integer.BYTES + PAYLOAD;

    static final int WRITE = 64 * 1024;

    private SocketPeer() {}

    /**
     * Serves one kind of baseline, connection after connection, until the parent ends.
     *
     * @param arguments {@code blocking}, {@code spin} or {@code stream}
     * @throws IOException if the port cannot be bound
     */
    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "blocking" -> serveBlocking(SocketPeer::echo);
            case "stream" -> serveBlocking(SocketPeer::count);
            case "spin" -> serveSpinning();
            default -> throw new IllegalArgumentException("unknown baseline " + arguments[0]);
        }
    }

    /** Serves one connection until it ends. */
    private interface Service {
        void serve(Socket socket) throws IOException;
    }

    private static void serveBlocking(Service service) throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        start(() -> {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.setTcpNoDelay(true);
                    service.serve(socket);
                }
            }
        });
        Child.announce(Integer.toString(server.getLocalPort()));
    }

    private static void echo(Socket socket) throws IOException {
        byte[] message = new byte[PAYLOAD];
        InputStream in = socket.getInputStream();
        while (in.readNBytes(message, 0, PAYLOAD) == PAYLOAD) {
            socket.getOutputStream().write(message);
        }
    }

    /** The first 8 bytes say how many messages follow; answers one byte when it has seen the last. */
    private static void count(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] head = in.readNBytes(Long.BYTES);
        if (head.length < Long.BYTES) {
            return;
        }
        long left = ByteBuffer.wrap(head).getLong();
        byte[] chunk = new byte[4 * WRITE];
        ByteBuffer buffer = ByteBuffer.wrap(chunk);
        int filled = 0;
        while (left > 0) {
            int read = in.read(chunk, filled, chunk.length - filled);
            if (read < 0) {
                return;
            }
            filled += read;
            int at = 0;
            while (filled - at >= Integer.BYTES && filled - at >= Integer.BYTES + buffer.getInt(at)) {
                at += Integer.BYTES + buffer.getInt(at);
                left--;
            }
            System.arraycopy(chunk, at, chunk, 0, filled - at);
            filled -= at;
        }
        socket.getOutputStream().write(1);
    }

    private static void serveSpinning() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        start(() -> {
            while (true) {
                try (SocketChannel channel = server.accept()) {
                    channel.configureBlocking(false);
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    ByteBuffer message = ByteBuffer.allocateDirect(PAYLOAD);
                    while (spinRead(channel, message)) {
                        message.flip();
                        spinWrite(channel, message);
                        message.clear();
                    }
                }
            }
        });
        Child.announce(Integer.toString(server.socket().getLocalPort()));
    }

    /** Fills the buffer; answers false at the end of the stream. */
    static boolean spinRead(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    static void spinWrite(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Runs until an exception. */
    private interface Loop {
        void run() throws IOException;
    }

    private static void start(Loop loop) {
        Thread thread = new Thread(
                () -> {
                    try {
                        loop.run();
                    } catch (IOException closed) {
                        // The parent sees the broken connection.
                    }
                },
                "troupe-bench-peer");
        thread.setDaemon(true);
        thread.start();
    }
}
