package io.troupe.actors;

import java.util.Objects;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import org.jspecify.annotations.Nullable;

/** The context of one message. */
final class MessageContext<M> implements ActorContext<M> {
    private final Pid<M> self;
    private final InboundMessage message;
    private final boolean mayReply;
    private @Nullable Object reply;

    MessageContext(Pid<M> self, InboundMessage message, boolean mayReply) {
        this.self = self;
        this.message = message;
        this.mayReply = mayReply;
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
        Objects.requireNonNull(query);
        if (!mayReply) {
            throw new IllegalStateException("a durable actor answers with Effect.thenReply, after the commit");
        }
        if (reply != null) {
            throw new IllegalStateException("the message is answered already, with " + reply);
        }
        reply = Objects.requireNonNull(value, "reply needs a value");
    }

    @Nullable
    Object reply() {
        return reply;
    }
}
