package io.troupe.actors;

import java.time.Duration;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.Platform;
import org.jspecify.annotations.Nullable;

/** The context of one message to a durable entity. */
final class MessageContext<M> implements ActorContext<M> {
    private final Pid<M> self;
    private final Platform platform;
    private final InboundMessage message;
    private final Runnable passivation;

    MessageContext(Pid<M> self, Platform platform, InboundMessage message, Runnable passivation) {
        this.self = self;
        this.platform = platform;
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
        return platform.clock().nanoTime();
    }

    @Override
    public long random() {
        return platform.random();
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

    private IllegalStateException volatileOnly(String what) {
        return new IllegalStateException(what + " is for volatile actors: " + self
                + " is durable, and what it does may be computed more than once");
    }

    @Override
    public void schedule(String key, Duration delay, M later) {
        throw volatileOnly("schedule");
    }

    @Override
    public boolean cancel(String key) {
        throw volatileOnly("cancel");
    }

    @Override
    public void stash() {
        throw volatileOnly("stash");
    }

    @Override
    public void unstashAll() {
        throw volatileOnly("unstashAll");
    }

    @Override
    public <C> Pid<C> spawnLocal(String name, Handler<C> child) {
        throw volatileOnly("spawnLocal");
    }

    @Override
    public <C> Pid<C> spawnLocal(String name, Kind<C> kind) {
        throw volatileOnly("spawnLocal");
    }

    @Override
    public void stop(Pid<?> child) {
        throw volatileOnly("stop");
    }

    @Override
    public void watch(Pid<?> other, M later) {
        throw volatileOnly("watch");
    }

    @Override
    public boolean unwatch(Pid<?> other) {
        throw volatileOnly("unwatch");
    }
}
