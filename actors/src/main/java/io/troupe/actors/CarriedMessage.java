package io.troupe.actors;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.Op;
import org.jspecify.annotations.Nullable;

/** A message that is another one but for what it says of itself; what an implementation leaves out, that one does. */
interface CarriedMessage extends InboundMessage {
    /** {@return the message as it came} */
    InboundMessage carrier();

    @Override
    default OwnedShard shard() {
        return carrier().shard();
    }

    @Override
    default @Nullable MessageId id() {
        return carrier().id();
    }

    @Override
    default byte[] content() {
        return carrier().content();
    }

    @Override
    default boolean isExpired() {
        return carrier().isExpired();
    }

    @Override
    default boolean isOneWay() {
        return carrier().isOneWay();
    }

    @Override
    default Op.Settle settle(Ending ending, byte[] reply) {
        return carrier().settle(ending, reply);
    }

    @Override
    default void end(Ending ending, byte[] reply) {
        carrier().end(ending, reply);
    }

    @Override
    default void done() {
        carrier().done();
    }

    @Override
    default boolean runNearby(Runnable step) {
        return carrier().runNearby(step);
    }

    @Override
    default void endAsSettled(int code, byte[] reply) {
        carrier().endAsSettled(code, reply);
    }
}
