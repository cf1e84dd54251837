package io.troupe.transport;

/**
 * The state of one lane of a link.
 *
 * @param connected      a connection carries its frames; while it is interrupted they are accepted all the same
 * @param unixSocket     that connection is a Unix-domain socket of this host, not TCP
 * @param circuitOpen    no frame is taken: what was sent has not arrived, again and again
 * @param queuedBytes    bytes accepted and not yet given to the socket
 * @param heldBytes      bytes accepted and not yet known to have arrived; the queued ones are among them
 * @param framesSent     frames given to the socket since start, again after a lost connection
 * @param framesReceived frames received since start
 */
public record LinkState(
        boolean connected,
        boolean unixSocket,
        boolean circuitOpen,
        long queuedBytes,
        long heldBytes,
        long framesSent,
        long framesReceived) {}
