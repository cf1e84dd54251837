package io.troupe.actors;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import org.jspecify.annotations.Nullable;

/** The context of one message to a durable entity. */
final class MessageContext<M> implements ActorContext<M> {
    private final Pid<M> self;
    private final InboundMessage message;
    private final Runnable passivation;

    MessageContext(Pid<M> self, InboundMessage message, Runnable passivation) {
        this.self = self;
        this.message = message;
        this.passivation = passivation;
    }

    @Override
    public Pid<M> self() {
        return self;
    }

    @Override
    public long fencingToken() {
        return message.shard().epoch();
    }

    @Override
    public @Nullable MessageId messageId() {
        return message.id();
    }

    @Override
    public long nanoTime() {
        return self.system().platform().clock().nanoTime();
    }

    @Override
    public long random() {
        return self.system().platform().random();
    }

    @Override
    public boolean isOwner() {
        return message.shard().mayRun();
    }

    @Override
    public <R> void reply(Query<R> query, R value) {
        throw new IllegalStateException("a durable actor answers with Effect.thenReply, after the commit");
    }

    @Override
    public void passivate() {
        passivation.run();
    }
}
