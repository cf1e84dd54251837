package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.internal.delivery.FrameException;
import io.troupe.metadata.MetadataStore;
import io.troupe.transport.Buffers;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.Offer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * Asks another node for a sign of life on the link that messages take, and the log for an entry. A ping is a number
 * that comes back as a pong. Any thread.
 */
final class Pings {
    /** Types of frames. */
    static final int PING = 9, PONG = 10;

    private final String nodeId;
    private final MessagingSystem messaging;
    private final MetadataStore store;
    private final NanoClock clock;
    private final Requests requests;

    /** Answered with the time of the pong. */
    private final Questions<Long> questions;

    Pings(String nodeId, MessagingSystem messaging, MetadataStore store, NanoClock clock, Requests requests) {
        this.nodeId = nodeId;
        this.messaging = messaging;
        this.store = store;
        this.clock = clock;
        this.requests = requests;
        this.questions = new Questions<>(requests);
    }

    CompletableFuture<Duration> ping(String to, Duration limit) {
        if (to.equals(nodeId)) {
            return CompletableFuture.completedFuture(Duration.ZERO);
        }
        long sentNs = clock.nanoTime();
        return questions
                .ask(
                        to,
                        Requests.nanos(limit),
                        number -> send(to, PING, number),
                        new Questions.Failures(
                                "node " + to + " cannot be asked now: see that it runs and its messaging port is open",
                                "node " + to + " did not answer within " + limit + ": see its messaging port"))
                .thenApply(pongNs -> Duration.ofNanos(pongNs - sentNs));
    }

    CompletableFuture<Duration> pingLog(Duration limit) {
        long sentNs = clock.nanoTime();
        CompletableFuture<Duration> answer = new CompletableFuture<>();
        CompletableFuture<?> unused = store.barrier().whenComplete((revision, failure) -> {
            if (failure == null) {
                answer.complete(Duration.ofNanos(clock.nanoTime() - sentNs));
            } else {
                answer.completeExceptionally(Wiring.explain(failure));
            }
        });
        requests.later(
                Requests.nanos(limit),
                () -> answer.completeExceptionally(new ClusterException(
                        ClusterException.Code.TIMEOUT,
                        "the log took no entry within " + limit + ": a majority of the voters must reach a leader")));
        return requests.track(answer);
    }

    private Offer send(String to, int type, long number) {
        MutableDirectBuffer frame = Buffers.of(new byte[Long.BYTES]);
        frame.putLong(0, number);
        return messaging.offer(to, type, frame, 0, Long.BYTES);
    }

    /** On the transport's thread. */
    void onFrame(String from, int type, DirectBuffer buffer, int offset, int length) {
        if (length != Long.BYTES) {
            throw new FrameException("a ping or pong of " + length + " bytes, not " + Long.BYTES);
        }
        long number = buffer.getLong(offset);
        if (type == PING) {
            send(from, PONG, number); // if the ring is full the asker asks again
            return;
        }
        questions.onAnswer(from, number, clock.nanoTime());
    }
}
