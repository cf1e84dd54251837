package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.Outcome.Changes;
import io.troupe.actors.Outcome.Reminding;
import io.troupe.actors.internal.durable.CommitId;
import io.troupe.actors.internal.durable.Outbox;
import io.troupe.actors.internal.durable.OutboxContent;
import io.troupe.actors.internal.durable.Reminder;
import io.troupe.cluster.spi.InboundMessage.Ending;
import io.troupe.metadata.Op;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the handler of a durable entity, and makes of its effect what is to be stored. Confined to the entity's turns.
 */
final class HandlerCall<M> {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerCall.class);
    private static final byte[] NO_BYTES = {};

    /** Reminders of one entity. */
    static final int MAX_REMINDERS = 1_000;

    private final Pid<M> self;
    private final EntityId id;
    private final ShardCells home;
    private final EntityHost host;
    private final Messages messages;
    private final StatefulHandler<Object, M> handler;
    /** A handler is running: what it sends by itself would not be part of its effect. */
    private boolean running;
    /** The entity has asked to leave the memory. */
    private boolean leaves;

    HandlerCall(Pid<M> self, ShardCells home, EntityHost host, Messages messages) {
        this.self = self;
        id = self.entity();
        this.home = home;
        this.host = host;
        this.messages = messages;
        handler = self.kind().newStatefulHandler();
    }

    boolean isRunning() {
        return running;
    }

    /** {@return true once the entity has asked to leave the memory} */
    boolean wantsToLeave() {
        return leaves;
    }

    Object initialState() {
        return Objects.requireNonNull(
                handler.initialState(id), () -> "initialState of " + self.kind() + " is null: return an empty state");
    }

    /** {@return the state that an entry of the store has behind its commit id} */
    Object state(byte[] stored) {
        return messages.decode(stored, CommitId.LENGTH);
    }

    Outcome on(Letter letter, Object state) {
        if (letter.message().isExpired()) {
            return Outcome.without(Ending.EXPIRED, "");
        }
        M message;
        try {
            message = messages.decode(self.kind(), letter);
        } catch (RuntimeException e) {
            return failed(letter, "undecodable", e);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                running = true;
                return outcome(letter, handler.receive(state, message, context(letter)));
            } catch (Throwable failure) { // what a handler throws must not reach the threads, nor other entities
                if (attempt == Kind.MAX_ATTEMPTS) {
                    return instead(letter, state, 0, "failed " + attempt + " times", failure);
                }
            } finally {
                running = false;
            }
        }
    }

    private ActorContext<M> context(Letter letter) {
        return new MessageContext<>(self, host.platform(), letter.message(), () -> leaves = true);
    }

    /**
     * What its handler does when it cannot do what it wanted, from one of its choices on; a failure if it has none, or
     * none that can be done.
     */
    Outcome instead(Letter letter, Object state, int firstChoice, String what, @Nullable Throwable cause) {
        if (handler instanceof InsteadOfFailure<?, ?>) {
            @SuppressWarnings("unchecked") // of the same handler
            InsteadOfFailure<Object, M> chooser = (InsteadOfFailure<Object, M>) handler;
            for (int choice = firstChoice; ; choice++) {
                try {
                    running = true;
                    Effect<Object> effect =
                            chooser.instead(state, messages.decode(self.kind(), letter), choice, context(letter));
                    if (effect == null) {
                        break;
                    }
                    Outcome outcome = outcome(letter, effect);
                    LOG.warn("a message to {} {}: it does something else instead", id, what, cause);
                    return outcome;
                } catch (Throwable failure) {
                    LOG.debug("what {} would do instead cannot be done either", id, failure);
                } finally {
                    running = false;
                }
            }
        }
        return failed(letter, what, cause);
    }

    Outcome failed(Letter letter, String what, @Nullable Throwable cause) {
        LOG.warn("message {} to {} {}", letter.message().id(), id, what, cause);
        String why = cause == null ? what : what + ": " + cause;
        return new Outcome(
                Ending.FAILED,
                why.getBytes(StandardCharsets.UTF_8),
                null,
                NO_BYTES,
                Changes.NONE,
                List.of(() -> host.undelivered().deadLetter(id, letter.message(), why)));
    }

    private Outcome outcome(Letter letter, Effect<Object> taken) {
        Effect<Object> effect = taken.take();
        String rejection = effect.rejection();
        if (rejection != null) {
            return Outcome.without(Ending.REJECTED, rejection);
        }
        Object next = effect.deletes() ? initialState() : effect.next();
        Object reply = effect.reply();
        return new Outcome(
                Ending.DONE,
                reply == null ? NO_BYTES : messages.encodeReply(reply),
                next,
                next == null || effect.deletes() ? NO_BYTES : messages.encode(next),
                changes(letter, effect),
                afterCommit(effect));
    }

    /** Answers are encoded now: one that cannot be fails the message before it has an effect. */
    private List<Runnable> afterCommit(Effect<Object> effect) {
        List<Runnable> steps = new ArrayList<>(effect.afterCommit());
        for (Intent intent : effect.intents()) {
            if (intent instanceof Intent.Answer told) {
                byte[] answer = messages.encodeReply(told.answer());
                steps.add(() -> {
                    CompletableFuture<?> unused =
                            host.openAsks().answer(told.to().address(), answer);
                });
            }
        }
        return steps;
    }

    private Changes changes(Letter letter, Effect<Object> effect) {
        if (effect.intents().isEmpty() && !effect.deletes()) {
            return Changes.NONE;
        }
        Changes changes = new Changes(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        String reminders = EntityKeys.reminders(home.shard.shard(), id);
        if (effect.deletes()) {
            changes.ops().add(new Op.DeleteRange(reminders));
            changes.reminders().add(new Reminding(reminders, null));
        }
        for (Intent intent : effect.intents()) {
            if (intent instanceof Intent.Tell tell) {
                tell(tell, changes);
            } else if (intent instanceof Intent.Remind remind) {
                remind(remind, reminders, changes);
            } else if (intent instanceof Intent.Forget forget) {
                changes.ops().add(new Op.Delete(reminders + forget.name()));
                changes.reminders().add(new Reminding(reminders + forget.name(), null));
            }
        }
        if (!home.duties.maySend(changes.sent().size(), endsEntry(letter))) {
            throw new IllegalStateException("the outbox of shard " + home.shard.shard() + " holds "
                    + Outbox.MAX_STANDING + " messages that have not arrived: an entity of it sends more than its"
                    + " receivers take, or tells itself without end");
        }
        return changes;
    }

    /** True for the notice of a message's end: that message's entry in the outbox goes with its effect. */
    private boolean endsEntry(Letter letter) {
        return letter.message() instanceof OwnMessage own
                && own.key().startsWith(EntityKeys.outbox(home.shard.shard()));
    }

    private void tell(Intent.Tell tell, Changes changes) {
        EntityPid<?> to = tell.to();
        Object message = to.kind().checked(to, tell.message());
        int shard = to.shard();
        if (shard < 0) {
            throw new IllegalStateException("set " + to.kind().shardSet().name() + " of kind "
                    + to.entity().kind() + " is not known to this node: start it with the kind");
        }
        OutboxContent content = new OutboxContent(
                shard,
                tell.onDone() == null ? null : toSelf(tell.onDone()),
                tell.onRefused() == null ? null : toSelf(tell.onRefused()),
                Envelope.encode(to.entity(), messages.encode(message)));
        changes.ops().add(new Op.Append(EntityKeys.outbox(home.shard.shard()), content.encode()));
        changes.sent().add(content);
    }

    private void remind(Intent.Remind remind, String prefix, Changes changes) {
        String key = prefix + remind.name();
        if (!home.duties.mayRemind(prefix, key, MAX_REMINDERS)) {
            throw new IllegalStateException(id + " has " + MAX_REMINDERS + " reminders, one more (" + remind.name()
                    + ") is too many: cancel some, or use the name of an older one");
        }
        Reminder reminder = new Reminder(
                host.clock().nowMillis() + remind.delayMillis(),
                remind.periodMillis(),
                remind.catchUp() == CatchUp.EVERY,
                toSelf(remind.message()));
        changes.ops().add(new Op.Put(key, reminder.encode()));
        changes.reminders().add(new Reminding(key, reminder));
    }

    private byte[] toSelf(Object message) {
        if (!self.kind().protocol().isInstance(message)) {
            throw new IllegalArgumentException("a " + message.getClass().getName() + " is no message of " + self.kind()
                    + ", which takes " + self.kind().protocol().getName() + ": an entity reminds itself");
        }
        return Envelope.encode(id, messages.encode(message));
    }
}
