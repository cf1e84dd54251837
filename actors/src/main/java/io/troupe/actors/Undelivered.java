package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.InboundMessage.Ending;
import io.troupe.metadata.SettledWindow;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the messages that no entity takes. Each becomes a dead letter, and its end is settled in the log before its
 * sender is told, so that no copy of it can take effect later; what was only promised waits and comes again. Any
 * thread.
 */
final class Undelivered {
    private static final Logger LOG = LoggerFactory.getLogger(Undelivered.class);
    private static final byte[] NO_REASON = {};
    private static final String ANSWERS_FULL = "the answers that its sender has not taken note of are "
            + SettledWindow.MAX_REPLY_BYTES + " bytes already: ask for shorter ones, or for fewer at a time";

    private final EntityHost host;
    private final ActorRuntime runtime;

    Undelivered(EntityHost host, ActorRuntime runtime) {
        this.host = host;
        this.runtime = runtime;
    }

    /** Not logged: there may be very many. */
    void deadLetter(@Nullable EntityId target, InboundMessage message, String why) {
        runtime.deadLetters.add(target, message.id(), why);
    }

    /** Ends a message that cannot be handled, now or later. */
    void refuse(@Nullable EntityId target, InboundMessage message, Ending ending, String why) {
        if (message instanceof TransactionPart part) {
            if (part.run().abandon()) {
                refuse(target, part.run().carrier(), ending, TransactionCodec.refusal(part.number(), why));
            }
            return;
        }
        LOG.warn("message {} is refused: {}", message.id(), why);
        deadLetter(target, message, why);
        if (!message.isOneWay()) {
            settle(message, ending, why.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Ends a message that has no place. Not logged: there may be very many. */
    void overflow(EntityId target, KindHost kind, InboundMessage message, String why) {
        if (message instanceof OwnMessage own) {
            host.soon(own.promise()::onPostponed); // takes a lock of its own, and this may be under the shard's
            return;
        }
        if (message instanceof TransactionPart part) {
            if (part.run().abandon()) {
                overflow(target, kind, part.run().carrier(), why);
            }
            return;
        }
        deadLetter(target, message, why);
        if (message.isOneWay()) {
            return;
        }
        byte[] reason = why.getBytes(StandardCharsets.UTF_8);
        if (kind.kind.isDurable()) {
            settle(message, Ending.FULL, reason);
            return;
        }
        try {
            runtime.dispatcher.execute(() -> message.end(Ending.FULL, reason)); // nobody is told under a shard's lock
        } catch (RejectedExecutionException e) {
            LOG.debug("closed: message {} stays unsettled", message.id());
        }
    }

    /**
     * Ends a message whose settle mark the store has refused, and its effect with it. If the answers that its sender
     * has not taken note of leave no room for this one, it ends without one, or it would hold up all behind it.
     */
    void endAsRefused(EntityId target, InboundMessage message, TxnResult.SettleRefused refused) {
        if (refused.reason() != TxnResult.Reason.WINDOW_FULL) {
            RelayedMessage.endAsRefused(message, refused);
        } else if (message instanceof TransactionPart part) {
            if (part.number() == 0) {
                endAsRefused(target, part.run().carrier(), refused);
            }
        } else {
            deadLetter(target, message, ANSWERS_FULL);
            settle(message, Ending.FULL, NO_REASON);
        }
    }

    private void settle(InboundMessage message, Ending ending, byte[] reason) {
        CompletableFuture<TxnResult> settled =
                host.store().guarded(message.shard(), List.of(message.settle(ending, reason)));
        if (EntityStore.refusal(settled) != null) {
            host.soon(() -> settle(message, ending, reason));
            return;
        }
        CompletableFuture<?> unused = settled.whenComplete((result, failure) -> {
            if (result instanceof TxnResult.Succeeded) {
                message.end(ending, reason);
            } else if (result instanceof TxnResult.SettleRefused refused) {
                if (refused.reason() == TxnResult.Reason.WINDOW_FULL && reason.length > 0) {
                    settle(message, ending, NO_REASON);
                } else {
                    RelayedMessage.endAsRefused(message, refused);
                }
            } // else the shard has moved on: its next owner answers
        });
    }
}
