package io.troupe.actors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Free loopback ports for the nodes of the tests, drawn before any of these nodes starts. */
final class Ports {
    /**
     * Below the range from which operating systems take the ports of outgoing connections: between the draw and the
     * start of its node, or while that node is down, a port must not become the end of somebody's connection.
     */
    private static final int LOWEST = 10_000;

    private static final int HIGHEST = 32_000;
    private static final int ATTEMPTS = 1_000;

    /** None comes twice in this JVM: two test classes run at a time, and a drawn port is not bound yet. */
    private static final Set<Integer> DRAWN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    static int draw() {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port) && DRAWN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port from " + LOWEST + " to " + HIGHEST + " was found in " + ATTEMPTS
                + " attempts: stop what listens there");
    }

    private static boolean isFree(int port) {
        ServerSocket socket;
        try {
            socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        } catch (IOException inUse) {
            return false;
        }
        try {
            socket.close();
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
