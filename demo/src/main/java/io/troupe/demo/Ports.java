package io.troupe.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.troupe.demo.input.BadInputException;

/** Finds loopback ports for the nodes before any of them starts. */
final class Ports {
    static final String HOST = "127.0.0.1";

    private Ports() {}

    /**
     * Below the range from which Linux, macOS and Windows take the ports of outgoing connections: there, a node that
     * dials a node which is not up yet could occupy the other's port, or even connect to itself.
     */
    private static final int LOWEST = 10_000;

    private static final int HIGHEST = 32_000;
    private static final int ATTEMPTS = 1_000;

    /**
     * {@return free ports}
     *
     * @param count how many; all are held at once, so none comes twice
     * @param first the first of consecutive ports, or 0 for any
     */
    static List<Integer> claim(int count, int first) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(first == 0 ? bindAny() : bind(first + i));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private static ServerSocket bindAny() {
        for (int attempt = 1; ; attempt++) {
            try {
                return bind(ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST));
            } catch (BadInputException inUse) {
                if (attempt == ATTEMPTS) {
                    throw inUse;
                }
            }
        }
    }

    private static ServerSocket bind(int port) {
        try {
            return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        } catch (IOException inUse) {
            throw new BadInputException("port " + HOST + ":" + port
                    + " is in use: stop the process that holds it, or choose another --port");
        }
    }
}
