package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

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
 * Asks another node for a sign of life on the link that messages take, and the log for an entry. A ping is a number that
 * comes back as a pong. Any thread.
 */
final class Pings {
    /** Types of frames. */
    static final int PING = 9, PONG = 10;

    private final String nodeId;
    private final MessagingSystem messaging;
    private final MetadataStore store;
    private final NanoClock clock;
    private final Requests requests;
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, Asked> asked = new ConcurrentHashMap<>();

    private record Asked(String nodeId, long sentNs, CompletableFuture<Duration> answer) {}

    Pings(String nodeId, MessagingSystem messaging, MetadataStore store, NanoClock clock, Requests requests) {
        this.nodeId = nodeId;
        this.messaging = messaging;
        this.store = store;
        this.clock = clock;
        this.requests = requests;
    }

    CompletableFuture<Duration> ping(String to, Duration limit) {
        if (to.equals(nodeId)) {
            return CompletableFuture.completedFuture(Duration.ZERO);
        }
        long number = last.incrementAndGet();
        CompletableFuture<Duration> answer = new CompletableFuture<>();
        asked.put(number, new Asked(to, clock.nanoTime(), answer));
        CompletableFuture<Duration> bounded =
                bounded(answer, limit, "node " + to + " did not answer within " + limit + ": see its messaging port");
        CompletableFuture<?> unused = bounded.whenComplete((took, failure) -> asked.remove(number));
        Offer offer = send(to, PING, number);
        if (offer != Offer.ACCEPTED) {
            answer.completeExceptionally(new ClusterException(
                    ClusterException.Code.FAILED,
                    "node " + to + " cannot be asked now: its link is " + offer
                            + "; see that it runs and its messaging port is open"));
        }
        return bounded;
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
        return bounded(
                answer,
                limit,
                "the log took no entry within " + limit + ": a majority of the voters must reach a leader");
    }

    private CompletableFuture<Duration> bounded(CompletableFuture<Duration> answer, Duration limit, String late) {
        requests.later(
                Requests.nanos(limit),
                () -> answer.completeExceptionally(new ClusterException(ClusterException.Code.TIMEOUT, late)));
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
        Asked ping = asked.get(number);
        if (ping != null && ping.nodeId.equals(from)) {
            ping.answer.complete(Duration.ofNanos(clock.nanoTime() - ping.sentNs));
        }
    }
}
