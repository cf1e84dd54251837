package io.troupe.transport.internal.frame;

import io.troupe.transport.UnixSockets.Mode;

/**
 * Over what a node is dialled. With {@code AUTO} a dial over a Unix-domain socket that came to nothing is followed by
 * one over TCP at once, and the next one begins with the socket again: a file that leads nowhere, or to another node,
 * costs one dial more and never the link.
 *
 * <p>Invariant: of two dials in a row at least one is over TCP, unless the mode is {@code ON} or the first has become
 * the link.
 */
public final class DialRoute {
    /** A way to a node. */
    public enum Way {
        /** Its port. */
        TCP,
        /** The file that belongs to its port. */
        UNIX,
        /** None: the node is on this host, there must be a file, and there is none. */
        NONE
    }

    private final Mode mode;

    /** The last dial was over the file, and has failed. */
    private boolean tcpNext;

    /**
     * A node not dialled yet.
     *
     * @param mode whether files are used
     */
    public DialRoute(Mode mode) {
        this.mode = mode;
    }

    /**
     * A dial is due.
     *
     * @param here    whether the address is one of this host
     * @param hasFile whether there is a file for its port
     * @return over what to dial
     */
    public Way next(boolean here, boolean hasFile) {
        boolean fileFailed = tcpNext;
        tcpNext = false;
        if (mode == Mode.OFF || !here) {
            return Way.TCP;
        }
        if (mode == Mode.ON) {
            return hasFile ? Way.UNIX : Way.NONE;
        }
        return hasFile && !fileFailed ? Way.UNIX : Way.TCP;
    }

    /**
     * Whether what goes wrong with a dial is not the last word, because TCP comes after it.
     *
     * @param unix whether the dial was over a file
     * @return true if the other way is still to be tried
     */
    public boolean hasAnother(boolean unix) {
        return unix && mode == Mode.AUTO;
    }

    /**
     * A dial did not become the link.
     *
     * @param unix whether it was over a file
     * @return true to dial again at once
     */
    public boolean onFailed(boolean unix) {
        tcpNext = hasAnother(unix);
        return tcpNext;
    }
}
