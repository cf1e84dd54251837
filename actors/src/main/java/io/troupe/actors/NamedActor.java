package io.troupe.actors;

import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * A spawned actor on the node that owns its shard: the user's handler once the name is found registered, and nobody
 * before that. This node's copy of the registry may be behind the sender's, so that a name that is missing there is
 * looked for again behind a barrier of the log; what came before the barrier began, and only that, may be refused by
 * what it shows.
 *
 * <p>Invariant: while {@link #handler} is null, all messages that have come are stashed, but those that were refused.
 */
final class NamedActor<M> implements Handler<Object> {
    /** What a node tells its actors; a class of the JDK, which no protocol of theirs is. */
    static final String START = "start";

    private static final String STOP = "stop ";

    private static final String LOOK = "troupe-look";

    /** The registry, as the node of the actor sees it. */
    interface Names {
        /** {@return who bears a name by what this node has applied; null for nobody} */
        @Nullable
        Registration find(String name);

        /** {@return completes when this node has applied all that had completed anywhere before the call} */
        CompletableFuture<Long> barrier();
    }

    /** Sent by the timer, within the process only. */
    private static final Object TICK = new Object();

    private final Kind<M> kind;
    private final Names names;
    /** Null until the name was found. */
    private @Nullable Handler<M> handler;
    /** The registration that the handler stands for. */
    private long revision;

    private @Nullable CompletableFuture<Long> barrier;
    private boolean ticking;
    private int stashed;
    /** Of what is stashed, what came before the barrier began: the oldest. */
    private int covered;

    NamedActor(Kind<M> kind, Names names) {
        this.kind = kind;
        this.names = names;
    }

    /** {@return what ends the actor that was registered at a revision, and no later one of its name} */
    static String stop(long registered) {
        return STOP + registered;
    }

    @Override
    public void preStart(ActorContext<Object> context) throws Exception {
        begin(context);
    }

    private boolean begin(ActorContext<Object> context) throws Exception {
        Registration found = names.find(context.self().actorId());
        if (found == null || !found.kind().equals(kind.name())) {
            return false;
        }
        Handler<M> fresh = kind.newHandler();
        fresh.preStart(typed(context));
        handler = fresh;
        revision = found.revision();
        return true;
    }

    @Override
    public void receive(Object message, ActorContext<Object> context) throws Exception {
        Handler<M> current = handler;
        if (message == TICK) {
            onTick(context);
        } else if (current == null) {
            onEarly(message, context);
        } else if (isControl(message)) {
            if (message.equals(stop(revision))) {
                context.passivate();
            }
        } else {
            current.receive(checked(message), typed(context));
        }
    }

    private void onEarly(Object message, ActorContext<Object> context) throws Exception {
        if (stashed == 0 && begin(context)) {
            receive(message, context);
        } else {
            context.stash();
            stashed++;
            tickSoon(context);
        }
    }

    private void onTick(ActorContext<Object> context) throws Exception {
        ticking = false;
        CompletableFuture<Long> looking = barrier;
        if (handler != null) {
            return;
        }
        if (looking == null || looking.isCompletedExceptionally()) {
            if (stashed > 0) {
                covered = stashed;
                barrier = names.barrier();
                tickSoon(context);
            } else if (stashOf(context).isEmpty()) {
                context.passivate(); // nobody is here
            } else {
                tickSoon(context); // what was taken back is still to come
            }
        } else if (!looking.isDone()) {
            tickSoon(context);
        } else {
            barrier = null;
            if (!begin(context)) {
                refuse(covered, context);
                tickSoon(context); // to leave the memory if nothing follows
            }
            stashed = 0;
            context.unstashAll();
        }
    }

    /** Whoever sent a message before the barrier began is told that nobody was here then. */
    private void refuse(int oldest, ActorContext<Object> context) {
        IllegalStateException nobody = new IllegalStateException("no actor of " + kind + " is named "
                + context.self().actorId() + ": spawn it first, or find out who there is with get(name)");
        ((VolatileContext<Object>) context).endStashed(oldest, message -> isControl(message) ? null : nobody);
    }

    private static Stash stashOf(ActorContext<Object> context) {
        return ((VolatileContext<Object>) context).stashed();
    }

    private void tickSoon(ActorContext<Object> context) {
        if (!ticking) {
            ticking = true;
            context.schedule(LOOK, NamedActors.LOOK, TICK);
        }
    }

    private static boolean isControl(Object message) {
        return message instanceof String;
    }

    private M checked(Object message) {
        if (!kind.protocol().isInstance(message)) {
            throw new IllegalArgumentException(
                    "a message of class " + message.getClass().getName() + " was sent to " + kind + ", which takes "
                            + kind.protocol().getName());
        }
        return kind.protocol().cast(message);
    }

    /** The context asks nothing of the type of its messages. */
    @SuppressWarnings("unchecked")
    private ActorContext<M> typed(ActorContext<Object> context) {
        return (ActorContext<M>) (ActorContext<?>) context;
    }

    @Override
    public void postStop(ActorContext<Object> context) throws Exception {
        Handler<M> current = handler;
        if (current != null) {
            current.postStop(typed(context));
        }
    }

    @Override
    public Supervision onError(Object message, Throwable failure, ActorContext<Object> context) {
        Handler<M> current = handler;
        if (message == TICK || isControl(message)) {
            return Supervision.RESTART;
        }
        if (current == null || !kind.protocol().isInstance(message)) {
            return Supervision.RESUME; // nobody's failure but the sender's
        }
        return current.onError(kind.protocol().cast(message), failure, typed(context));
    }

    @Override
    public Supervision onChildFailure(Pid<?> child, Throwable failure, ActorContext<Object> context) {
        Handler<M> current = handler;
        return current == null ? Supervision.STOP : current.onChildFailure(child, failure, typed(context));
    }
}
