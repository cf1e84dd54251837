package io.troupe.actors;

import io.troupe.cluster.spi.InboundMessage;
import io.troupe.metadata.Op;

/**
 * A message whose effect may only be committed before a time of the cluster. The log itself refuses a late one, and
 * settles the message as expired in the same moment; that it is not even started when the time is known to have passed
 * saves work.
 *
 * @param carrier      as it came
 * @param beforeMillis the time
 * @param clock        the cluster's time, as this node knows it
 */
record TimelyMessage(InboundMessage carrier, long beforeMillis, ClusterClock clock) implements CarriedMessage {
    @Override
    public boolean isExpired() {
        return carrier.isExpired() || clock.loggedMillis() >= beforeMillis;
    }

    @Override
    public Op.Settle settle(Ending ending, byte[] reply) {
        return carrier.settle(ending, reply).before(new Op.Deadline(beforeMillis, Ending.EXPIRED.code()));
    }
}
