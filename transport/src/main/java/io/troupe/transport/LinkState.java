package io.troupe.transport;

/**
 * The state of one link.
 *
 * @param connected   frames can be offered
 * @param queuedBytes bytes waiting in the send ring
 * @param framesSent  frames written since start
 * @param framesReceived frames received since start
 */
public record LinkState(boolean connected, long queuedBytes, long framesSent, long framesReceived) {}
