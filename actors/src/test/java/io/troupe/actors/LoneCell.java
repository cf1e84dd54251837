package io.troupe.actors;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

import io.troupe.cluster.Cluster;

/** A cell without an actor, in a place without a shard, for tests of what all cells have. */
final class LoneCell extends Cell {
    /** One for all, because it has threads; they start with the first task, and there is none. */
    private static final ActorRuntime RUNTIME = new ActorRuntime(Cluster.threads("lone"));

    private final Consumer<Object> handler;

    LoneCell(int capacity, Executor executor, Consumer<Object> handler) {
        super(
                new EntityId("lone", "x"),
                new OpenPlace(cell -> true),
                new KindHost(
                        Kind.of("lone", Object.class, () -> (message, context) -> {})
                                .mailbox(capacity, Overflow.REJECT)
                                .on(executor),
                        RUNTIME));
        this.handler = handler;
    }

    @Override
    boolean isIdle() {
        return true;
    }

    @Override
    void passivate() {
        boolean unused = close();
    }

    /** One message, so that a turn with more to do has to order the next one. */
    @Override
    boolean turn() {
        Object message = poll();
        if (message == null) {
            return false;
        }
        handler.accept(message);
        return !isEmpty();
    }
}
