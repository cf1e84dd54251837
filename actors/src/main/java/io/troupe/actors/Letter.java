package io.troupe.actors;

import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.OwnedShard;

/**
 * A message in a mailbox.
 *
 * @param message    the message
 * @param bodyOffset where its body starts in the content
 */
record Letter(InboundMessage message, int bodyOffset) {
    OwnedShard shard() {
        return message.shard();
    }
}
