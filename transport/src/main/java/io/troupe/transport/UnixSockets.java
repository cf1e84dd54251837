package io.troupe.transport;

import java.nio.file.Path;

/**
 * Whether nodes on one host speak over Unix-domain sockets instead of TCP, which answers sooner. Beside its port a node
 * then listens on a file in a directory of its user, named after the port; whoever dials that port of this host finds
 * it there. Packet captures and firewalls of the host do not see such links.
 *
 * @param mode      whether
 * @param directory where the files are, the same for all nodes that are to find each other; must belong to the user of
 *     the process and be closed to others, and is made with its first node if its parent is there. Its path and the 11
 *     bytes of the longest name must not have more than 103
 */
public record UnixSockets(Mode mode, Path directory) {
    /** Whether files are used. */
    public enum Mode {
        /** TCP only. */
        OFF,
        /** A file where there is one, TCP where there is none or where it does not lead to the node. */
        AUTO,
        /** Never TCP to an address of this host: what keeps a node from that ends its start, or is told in the log. */
        ON
    }

    /**
     * {@return a mode with the default directory: {@code troupe-} and the user's name in that for temporary files}
     *
     * @param mode whether files are used
     */
    public static UnixSockets of(Mode mode) {
        String user = System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9._-]", "_");
        return new UnixSockets(mode, Path.of(System.getProperty("java.io.tmpdir", "/tmp"), "troupe-" + user));
    }
}
