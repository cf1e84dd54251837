package io.troupe.demo;

import java.io.IOException;

/** Ports for nodes that tests of other packages start in this process. */
public final class FreePort {
    private FreePort() {}

    public static int next() throws IOException {
        return Ports.claim(1, 0).get(0);
    }
}
