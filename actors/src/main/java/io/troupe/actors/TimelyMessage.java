package io.troupe.actors;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.Op;
import org.jspecify.annotations.Nullable;

/**
 * A message whose effect may only be committed before a time of the cluster. The log itself refuses a late one, and
 * settles the message as expired in the same moment; that it is not even started when the time is known to have passed
 * saves work.
 *
 * @param carrier      as it came
 * @param beforeMillis the time
 * @param clock        the cluster's time, as this node knows it
 */
record TimelyMessage(InboundMessage carrier, long beforeMillis, ClusterClock clock) implements InboundMessage {
    @Override
    public OwnedShard shard() {
        return carrier.shard();
    }

    @Override
    public @Nullable MessageId id() {
        return carrier.id();
    }

    @Override
    public byte[] content() {
        return carrier.content();
    }

    @Override
    public boolean isExpired() {
        return carrier.isExpired() || clock.loggedMillis() >= beforeMillis;
    }

    @Override
    public boolean isOneWay() {
        return carrier.isOneWay();
    }

    @Override
    public Op.Settle settle(Ending ending, byte[] reply) {
        return carrier.settle(ending, reply).before(new Op.Deadline(beforeMillis, Ending.EXPIRED.code()));
    }

    @Override
    public void end(Ending ending, byte[] reply) {
        carrier.end(ending, reply);
    }

    @Override
    public void done() {
        carrier.done();
    }

    @Override
    public boolean runNearby(Runnable step) {
        return carrier.runNearby(step);
    }

    @Override
    public void endAsSettled(int code, byte[] reply) {
        carrier.endAsSettled(code, reply);
    }
}
