package io.troupe.actors;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.cluster.spi.OutcomeListener;
import io.troupe.transport.TransportException;
import org.agrona.concurrent.NanoClock;

/** Sends to entities, and makes what an asker hears of the outcome and the answer's bytes. Any thread. */
final class EntitySender {
    private static final SendOutcome UNAVAILABLE = new SendOutcome.NotExecuted(SendOutcome.Reason.KIND_UNAVAILABLE);
    /** The set of the kind is not known: this node is not started, or was not started with the kind. */
    private static final SendOutcome NOT_PLACED = new SendOutcome.NotExecuted(SendOutcome.Reason.NO_SUCH_KIND);

    private final Cluster cluster;
    private final Messages messages;
    private final ClusterClock clusterClock;
    private final OpenAsks asks;
    private final NanoClock clock;
    private final Traffic traffic;

    EntitySender(Cluster cluster, Messages messages, ClusterClock clusterClock, OpenAsks asks, NanoClock clock) {
        this.cluster = cluster;
        this.messages = messages;
        this.clusterClock = clusterClock;
        this.asks = asks;
        this.clock = clock;
        traffic = new Traffic(clock.nanoTime());
    }

    /** {@return what became of what was sent} */
    NodeMetrics.Messages counts() {
        return traffic.messages(clock.nanoTime());
    }

    /** {@return target and body, for a commit within some milliseconds; 0 for at any time} */
    private byte[] content(EntityPid<?> target, Object message, long withinMillis) {
        byte[] content = messages.encode(target.header(), message);
        return withinMillis == 0 ? content : Envelope.before(clusterClock.nowMillis() + withinMillis, content);
    }

    <M> CompletableFuture<SendOutcome> send(
            EntityPid<M> target, M message, DeliveryGuarantee guarantee, long withinMillis) {
        byte[] content = content(target, message, withinMillis);
        if (target.shard() < 0) {
            return CompletableFuture.completedFuture(NOT_PLACED);
        }
        if (guarantee == DeliveryGuarantee.AT_MOST_ONCE) {
            return CompletableFuture.completedFuture(cluster.sendOneWay(target.shard(), content));
        }
        Sending<SendOutcome> outcome = new Sending<>(cluster);
        send(
                outcome,
                target.shard(),
                guarantee,
                target.kind().isDurable(),
                content,
                Cluster.NO_DEADLINE,
                (ended, reply) -> outcome.complete(ended));
        return outcome;
    }

    <M, R> CompletableFuture<R> ask(EntityPid<M> target, Query<R> query, Duration timeout, long withinMillis) {
        byte[] content = content(target, target.kind().checked(target, query), withinMillis);
        if (target.shard() < 0) {
            return CompletableFuture.failedFuture(new AskException(target.entity(), NOT_PLACED));
        }
        Sending<R> answer = new Sending<>(cluster);
        send(answer, target, content, timeout, (outcome, reply) -> {
            if (isDone(outcome) && reply.length == 0) {
                answer.completeExceptionally(new IllegalStateException(
                        target.entity() + " handled the message but did not answer it: use thenReply or reply"));
            } else {
                complete(answer, target, outcome, reply);
            }
        });
        return answer;
    }

    /** The answer comes to an address, or else with the end of the message, whichever is first. */
    <M, R> CompletableFuture<R> ask(EntityPid<M> target, Function<Pid<R>, ? extends M> maker, Duration timeout) {
        Sending<R> answer = new Sending<>(cluster);
        AnswerAddress address = asks.open(target.entity(), clock.nanoTime() + timeout.toNanos(), answer);
        if (address == null) {
            answer.completeExceptionally(new AskException(
                    target.entity(),
                    new SendOutcome.NotExecuted(SendOutcome.Reason.BACK_PRESSURED),
                    OpenAsks.MAX_OPEN + " asks of this node wait for answers to their addresses: ask less at once"));
            return answer;
        }
        byte[] content;
        try {
            content = content(
                    target,
                    target.kind().checked(target, maker.apply(new RemoteReplyPid<>(address, target.owner()))),
                    0);
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e); // nobody waits for it
            throw e;
        }
        if (target.shard() < 0) {
            answer.completeExceptionally(new AskException(target.entity(), NOT_PLACED));
            return answer;
        }
        send(answer, target, content, timeout, (outcome, reply) -> {
            if (isDone(outcome) && reply.length == 0) {
                asks.onFinished(address, outcome);
            } else {
                complete(answer, target, outcome, reply);
            }
        });
        return answer;
    }

    /** Sends EXACTLY_ONCE to durable entities of a shard, and makes of the end what the caller wants to hear. */
    <T> CompletableFuture<T> send(int shard, byte[] content, BiFunction<SendOutcome, byte[], T> heard) {
        Sending<T> outcome = new Sending<>(cluster);
        send(outcome, shard, DeliveryGuarantee.EXACTLY_ONCE, true, content, Cluster.NO_DEADLINE, (ended, reply) -> {
            try {
                outcome.complete(heard.apply(ended, reply));
            } catch (TransportException e) {
                outcome.completeExceptionally(e);
            }
        });
        return outcome;
    }

    private void send(
            Sending<?> answer, EntityPid<?> target, byte[] content, Duration timeout, OutcomeListener listener) {
        boolean durable = target.kind().isDurable();
        long deadlineNs = clock.nanoTime() + timeout.toNanos();
        send(answer, target.shard(), DeliveryGuarantee.EXACTLY_ONCE, durable, content, deadlineNs, listener);
    }

    private void send(
            Sending<?> sending,
            int shard,
            DeliveryGuarantee guarantee,
            boolean durable,
            byte[] content,
            long deadlineNs,
            OutcomeListener listener) {
        long sentNs = clock.nanoTime();
        traffic.onSent();
        sending.of(cluster.send(shard, guarantee, durable, content, deadlineNs, (outcome, reply) -> {
            traffic.onEnded(outcome, clock.nanoTime() - sentNs);
            listener.onOutcome(outcome, reply);
        }));
    }

    private static boolean isDone(SendOutcome outcome) {
        return outcome instanceof SendOutcome.Committed || outcome instanceof SendOutcome.Processed;
    }

    /** Names what is missing if nobody could have answered. */
    private AskException unanswered(EntityPid<?> target, SendOutcome outcome) {
        boolean late = outcome.equals(new SendOutcome.NotExecuted(SendOutcome.Reason.DEADLINE_PASSED));
        if (late && whereIs(target) instanceof Lookup.Unavailable missing) {
            return new AskException(target.entity(), UNAVAILABLE, "set " + missing.set() + ": " + missing.why());
        }
        return outcome.equals(UNAVAILABLE)
                ? new AskException(
                        target.entity(),
                        outcome,
                        "the owner of its shard has no kind " + target.entity().kind()
                                + ": register it on every node that owns shards of set "
                                + target.kind().shardSet().name())
                : new AskException(target.entity(), outcome);
    }

    /** Reads what this node knows, and asks nobody. */
    Lookup whereIs(EntityPid<?> entity) {
        return cluster.whereIs(
                entity.kind().shardSet(),
                entity.kind().placement(),
                entity.kind().shardKey(entity.entity().id()));
    }

    /** The type of the answer is the query's: both ends handle the same message class. */
    @SuppressWarnings("unchecked")
    private <R> void complete(CompletableFuture<R> answer, EntityPid<?> target, SendOutcome outcome, byte[] reply) {
        if (!isDone(outcome)) {
            answer.completeExceptionally(unanswered(target, outcome));
            return;
        }
        try {
            answer.complete((R) messages.decode(reply, 0));
        } catch (TransportException e) {
            answer.completeExceptionally(e);
        }
    }
}
