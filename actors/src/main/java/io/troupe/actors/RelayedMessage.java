package io.troupe.actors;

import io.troupe.actors.Envelope.Origin;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
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
record RelayedMessage(InboundMessage carrier, Origin origin) implements CarriedMessage {
    private static final byte[] NO_REPLY = {};

    /** Ends a message whose settle mark was refused. */
    static void endAsRefused(InboundMessage message, SettleRefused refused) {
        if (refused.reason() == Reason.SETTLED) {
            message.endAsSettled(refused.outcome(), refused.reply());
        } else if (refused.reason() == Reason.BELOW_FLOOR && message instanceof RelayedMessage) {
            message.end(Ending.DONE, NO_REPLY); // its outbox knows its end: whoever still sends it can stop
        } // else nobody waits for it
    }

    private SessionId session() {
        return SessionId.outbox(origin.shard());
    }

    @Override
    public @Nullable MessageId id() {
        return new MessageId(session(), origin.shard(), origin.sequence());
    }

    /** One window for all that an outbox sends, wherever it goes. An answer would take room there and is for nobody. */
    @Override
    public Op.Settle settle(Ending ending, byte[] reply) {
        byte[] kept = ending == Ending.DONE ? NO_REPLY : ending.kept(reply);
        return new Op.Settle(session(), origin.shard(), origin.sequence(), origin.floor(), ending.code(), kept);
    }
}
