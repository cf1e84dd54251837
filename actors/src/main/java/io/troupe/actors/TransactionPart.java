package io.troupe.actors;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.Op;
import org.jspecify.annotations.Nullable;

/**
 * What one entity gets of a transaction. The first one is told the end of all, since it can be told once.
 *
 * @param run     the transaction
 * @param number  which message of it, from 0
 * @param content entity and body
 */
@SuppressWarnings("ArrayRecordComponent") // shared by contract
record TransactionPart(TransactionRun run, int number, byte[] content) implements InboundMessage {
    @Override
    public OwnedShard shard() {
        return run.carrier().shard();
    }

    @Override
    public @Nullable MessageId id() {
        return run.carrier().id();
    }

    @Override
    public boolean isExpired() {
        return run.carrier().isExpired();
    }

    @Override
    public boolean isOneWay() {
        return run.carrier().isOneWay();
    }

    @Override
    public Op.Settle settle(Ending ending, byte[] reply) {
        throw new IllegalStateException("a part of transaction " + id() + " cannot be settled alone");
    }

    @Override
    public void end(Ending ending, byte[] reply) {
        if (number == 0) {
            run.carrier().end(ending, reply);
        }
    }

    @Override
    public void endAsSettled(int code, byte[] reply) {
        if (number == 0) {
            run.carrier().endAsSettled(code, reply);
        }
    }
}
