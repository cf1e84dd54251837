package io.troupe.actors;

import io.troupe.actors.Envelope.Origin;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.TxnResult.Reason;
import io.troupe.metadata.TxnResult.SettleRefused;
import org.jspecify.annotations.Nullable;

/**
 * A message from the outbox of a shard. It comes by the channel of whatever node owns that shard, and perhaps by those
 * of several; what makes its effect unique is its place in the outbox, so that is what is settled, and its identity.
 *
 * @param carrier as it came
 * @param origin  its place
 */
record RelayedMessage(InboundMessage carrier, Origin origin) implements InboundMessage {
    private static final byte[] NO_REPLY = {};

    /** Ends a message whose settle mark was refused. */
    static void endAsRefused(InboundMessage message, SettleRefused refused) {
        if (refused.reason() == Reason.SETTLED) {
            message.endAsSettled(refused.outcome(), refused.reply());
        } else if (refused.reason() == Reason.BELOW_FLOOR && message instanceof RelayedMessage) {
            message.end(Ending.DONE, NO_REPLY); // its outbox knows its end: whoever still sends it can stop
        } // else nobody waits for it
    }

    @Override
    public OwnedShard shard() {
        return carrier.shard();
    }

    private SessionId session() {
        return SessionId.outbox(origin.shard());
    }

    @Override
    public @Nullable MessageId id() {
        return new MessageId(session(), origin.shard(), origin.sequence());
    }

    @Override
    public byte[] content() {
        return carrier.content();
    }

    @Override
    public boolean isExpired() {
        return carrier.isExpired();
    }

    @Override
    public boolean isOneWay() {
        return carrier.isOneWay();
    }

    /** One window for all that an outbox sends, wherever it goes. */
    @Override
    public Op.Settle settle(Ending ending, byte[] reply) {
        return new Op.Settle(session(), origin.shard(), origin.sequence(), origin.floor(), ending.code(), reply);
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
