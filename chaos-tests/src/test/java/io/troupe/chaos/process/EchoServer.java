package io.troupe.chaos.process;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Sends back what it gets, and afterwards a last byte 'E' when its client half-closed. */
final class EchoServer implements AutoCloseable {
    private static final long JOIN_MILLIS = 10_000;

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final CountDownLatch brokenOff = new CountDownLatch(1);
    private final Thread accepting;

    EchoServer() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        accepting = start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Counted down when a connection ended by a reset. */
    CountDownLatch brokenOff() {
        return brokenOff;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread unused = start(() -> echo(socket));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void echo(Socket socket) {
        byte[] buffer = new byte[8192];
        try (socket) {
            OutputStream out = socket.getOutputStream();
            for (int length = socket.getInputStream().read(buffer); length >= 0; ) {
                out.write(buffer, 0, length);
                length = socket.getInputStream().read(buffer);
            }
            out.write('E');
        } catch (IOException reset) {
            brokenOff.countDown();
        }
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task, "echo");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** When this returns nobody listens: a thread within accept() keeps the port open until it has left it. */
    @Override
    public void close() throws IOException {
        listener.close();
        try {
            accepting.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
