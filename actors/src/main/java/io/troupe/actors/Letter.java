package io.troupe.actors;

import io.troupe.cluster.spi.InboundMessage;

/**
 * A message in a mailbox.
 *
 * @param message    the message
 * @param bodyOffset where its body starts in the content
 */
record Letter(InboundMessage message, int bodyOffset) {}
