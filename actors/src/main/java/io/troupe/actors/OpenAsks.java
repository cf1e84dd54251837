package io.troupe.actors;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.troupe.actors.internal.lifecycle.DeadlineQueue.Entry;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * The asks of this node whose answers come to addresses that their messages carry. Any thread.
 *
 * <p>Two things become known of each, in any order: how its message ended, which the channel of the message tells
 * exactly once, and the answer, which is sent by itself, AT_MOST_ONCE. The first of these ends the ask: the answer; an
 * end of the message that is none of its handler's; and, once the handler has finished, the time of the ask.
 *
 * <p>Invariant: an ask is open until its future is done, and the future is done at the latest when its time is over and
 * the channel has told of its message.
 */
final class OpenAsks {
    /** Asks that wait at one time. */
    static final int MAX_OPEN = 100_000;

    private final Cluster cluster;
    private final Messages messages;
    private final ActorRuntime runtime;
    private final Map<Long, OpenAsk> open = new ConcurrentHashMap<>();
    /** Of the newest ask; guarded by this, as the next. */
    private long last;
    /** Drawn with the first ask: addresses of an earlier process of this node have another one. */
    private long life;

    private volatile boolean closed;

    /** One of them: whom it asks, until when it waits, and who waits. */
    private static final class OpenAsk {
        private final EntityId target;
        private final long endNs;
        private final CompletableFuture<?> answer;
        /** How the handler has finished; null before that. */
        private volatile @Nullable SendOutcome finished;

        OpenAsk(EntityId target, long endNs, CompletableFuture<?> answer) {
            this.target = target;
            this.endNs = endNs;
            this.answer = answer;
        }

        void fail(SendOutcome outcome, String why) {
            answer.completeExceptionally(new AskException(target, outcome, why));
        }
    }

    OpenAsks(Cluster cluster, Messages messages, ActorRuntime runtime) {
        this.cluster = cluster;
        this.messages = messages;
        this.runtime = runtime;
    }

    /** The address for the answer, until its future is done; null if there are too many. */
    @Nullable
    AnswerAddress open(EntityId target, long endNs, CompletableFuture<?> answer) {
        if (open.size() >= MAX_OPEN) {
            return null;
        }
        AnswerAddress address = next();
        open.put(address.number(), new OpenAsk(target, endNs, answer));
        CompletableFuture<?> unused = answer.whenComplete((value, failure) -> open.remove(address.number()));
        return address;
    }

    private synchronized AnswerAddress next() {
        if (last == 0) {
            life = runtime.platform.random();
        }
        return new AnswerAddress(cluster.config().nodeId(), life, ++last);
    }

    private synchronized boolean isOfThisLife(AnswerAddress address) {
        return last > 0 && address.life() == life;
    }

    int size() {
        return open.size();
    }

    /** The handler has finished without an answer of its own: somebody may still answer. */
    void onFinished(AnswerAddress address, SendOutcome outcome) {
        OpenAsk ask = open.get(address.number());
        if (ask == null) {
            return; // it has its answer
        }
        Entry<Runnable> timer = runtime.timers.schedule(
                ask.endNs, () -> ask.fail(outcome, "it handled the message, and nobody has answered in time"));
        CompletableFuture<?> unused = ask.answer.whenComplete((value, failure) -> runtime.timers.cancel(timer));
        ask.finished = outcome;
        if (closed) {
            abandon(ask);
        }
    }

    /** Sends an answer, from this node to whichever waits for it. */
    CompletableFuture<SendOutcome> answer(AnswerAddress to, byte[] answer) {
        if (to.nodeId().equals(cluster.config().nodeId())) {
            return onAnswer(to, answer) ? SettledOutcome.ACCEPTED : SettledOutcome.ENDED;
        }
        if (cluster.answer(to, answer)) {
            return SettledOutcome.ACCEPTED;
        }
        deadLetter(to, "node " + to.nodeId() + ", which waits for the answer, cannot be reached now");
        return CompletableFuture.completedFuture(new NotExecuted(Reason.BACK_PRESSURED));
    }

    /** False if nobody waits for it. */
    boolean onAnswer(AnswerAddress to, byte[] answer) {
        OpenAsk ask = isOfThisLife(to) ? open.remove(to.number()) : null;
        if (ask == null || !complete(ask.answer, answer)) {
            deadLetter(to, ReplyPid.TOO_LATE);
            return false;
        }
        return true;
    }

    /** The type of the answer is the address's: the compiler has checked what was told to it. */
    @SuppressWarnings("unchecked")
    private <R> boolean complete(CompletableFuture<R> waiting, byte[] answer) {
        try {
            return waiting.complete((R) messages.decode(answer, 0));
        } catch (TransportException e) {
            return waiting.completeExceptionally(e);
        }
    }

    private void deadLetter(AnswerAddress to, String why) {
        runtime.deadLetters.add(ReplyPid.named(RemoteReplyPid.name(to)), null, why);
    }

    /** Call when the channels have told of all messages: nobody is left waiting. */
    void close() {
        closed = true; // before the look: what finishes later sees it
        open.values().forEach(OpenAsks::abandon);
    }

    private static void abandon(OpenAsk ask) {
        SendOutcome outcome = ask.finished;
        if (outcome != null) {
            ask.fail(outcome, "it handled the message, and its asker was closed before an answer came");
        }
    }
}
