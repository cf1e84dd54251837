package io.troupe.demo;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Ports for nodes that tests of other packages start in this process. */
public final class FreePort {
    /** None comes twice: a port that was drawn is not bound yet. */
    private static final Set<Integer> DRAWN = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    public static int next() throws IOException {
        int port;
        do {
            port = Ports.claim(1, 0).get(0);
        } while (!DRAWN.add(port));
        return port;
    }
}
