package io.troupe.cluster.internal.runtime;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

import io.troupe.cluster.ClusterException;
import io.troupe.transport.Offer;

/**
 * Questions to other nodes that wait for an answer of one frame. Each has a number that its answer repeats; it is over
 * when the node asked has answered, when it cannot be asked, or when its time has passed. Any thread.
 *
 * @param <A> what an answer says
 */
final class Questions<A> {
    private final Requests requests;
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, Asked<A>> open = new ConcurrentHashMap<>();

    private record Asked<A>(String nodeId, CompletableFuture<A> answer) {}

    /**
     * What to say to whoever waits in vain.
     *
     * @param unreachable the node cannot be asked; how its link is follows
     * @param late        it did not answer in time
     */
    record Failures(String unreachable, String late) {}

    Questions(Requests requests) {
        this.requests = requests;
    }

    /**
     * Asks one.
     *
     * @param to       the node
     * @param limitNs  how long an answer is waited for
     * @param offer    offers the frame, given the number of the question
     * @param failures what to say without an answer
     */
    CompletableFuture<A> ask(String to, long limitNs, LongFunction<Offer> offer, Failures failures) {
        long number = last.incrementAndGet();
        CompletableFuture<A> answer = new CompletableFuture<>();
        open.put(number, new Asked<>(to, answer));
        CompletableFuture<?> unused = answer.whenComplete((said, failure) -> open.remove(number));
        requests.later(limitNs, () -> fail(answer, ClusterException.Code.TIMEOUT, failures.late));
        Offer offered = offer.apply(number);
        if (offered != Offer.ACCEPTED) {
            fail(answer, ClusterException.Code.FAILED, failures.unreachable + " (its link is " + offered + ")");
        }
        return requests.track(answer);
    }

    private static void fail(CompletableFuture<?> answer, ClusterException.Code code, String why) {
        answer.completeExceptionally(new ClusterException(code, why));
    }

    /** A node has answered; not counted if nobody has asked it that. */
    void onAnswer(String from, long number, A answer) {
        Asked<A> asked = open.get(number);
        if (asked != null && asked.nodeId.equals(from)) {
            asked.answer.complete(answer);
        }
    }
}
