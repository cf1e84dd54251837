package io.troupe.actors;

import java.util.List;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.Op;
import org.jspecify.annotations.Nullable;

/**
 * What a durable entity has promised itself: a reminder that is due, or the end of a message that it has sent. It is
 * good as long as its key stands in the store as it was read; the commit of its effect removes or replaces the key.
 *
 * @param shard     the ownership that it was found under
 * @param content   the entity and the message
 * @param key       the key that stands for it
 * @param revision  of the transaction that wrote the key
 * @param change    what becomes of the key
 * @param promise   told what became of it
 */
@SuppressWarnings("ArrayRecordComponent") // shared by contract
record OwnMessage(OwnedShard shard, byte[] content, String key, long revision, Op change, Promise promise)
        implements InboundMessage {

    /** Whoever has promised it. */
    interface Promise {
        /** The change of the key is committed. */
        void onKept(long committedRevision);

        /** It had no place: it is to be delivered again. */
        void onPostponed();
    }

    /** What must hold for it to be handled. */
    Compare stands() {
        return Compare.modRevision(key, revision);
    }

    /** What a refused transaction reads for {@link #standsIn}: not the value, which may be long, and is known here. */
    Op look() {
        return new Op.GetRevision(key);
    }

    /** False if it was handled before or taken back, by what a refused transaction has read. */
    boolean standsIn(List<@Nullable KeyValue> reads) {
        KeyValue present = reads.get(1);
        return present != null && present.modRevision() == revision;
    }

    @Override
    public @Nullable MessageId id() {
        return null;
    }

    @Override
    public boolean isExpired() {
        return false;
    }

    /** Nobody waits for its end. */
    @Override
    public boolean isOneWay() {
        return true;
    }

    @Override
    public Op.Settle settle(Ending ending, byte[] reply) {
        throw new IllegalStateException("nobody else has sent it");
    }

    @Override
    public void end(Ending ending, byte[] reply) {
        // nobody waits
    }

    @Override
    public void endAsSettled(int code, byte[] reply) {
        // nobody waits
    }
}
