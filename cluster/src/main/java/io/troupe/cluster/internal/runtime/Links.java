package io.troupe.cluster.internal.runtime;

import java.util.Objects;
import java.util.function.IntFunction;

import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.internal.delivery.AnswerFrames;
import io.troupe.cluster.internal.delivery.DeliveryFrames;
import io.troupe.cluster.internal.delivery.DoneRun;
import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.Nack;
import io.troupe.cluster.internal.delivery.OutboundMessage;
import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.delivery.SendOutput;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.metadata.SessionId;
import io.troupe.transport.Buffers;
import io.troupe.transport.Lane;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.Offer;
import io.troupe.transport.TransportException;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Puts the delivery channel's frames on links, or hands them over in memory when sender and receiver are the same node:
 * a guarantee must not change when an actor moves. Any thread; frames are encoded in a buffer of the thread.
 */
final class Links implements SendOutput, Acknowledgements.Replies {
    /** No header of a frame that carries a message or an answer is longer. */
    static final int MAX_HEADER_LENGTH = 4096;

    private static final int SCRATCH_LENGTH = MAX_HEADER_LENGTH + 128 * 1024;

    /** Of the thread, not of the node: a frame is offered before anything else is encoded. */
    private static final ThreadLocal<MutableDirectBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> Buffers.of(new byte[SCRATCH_LENGTH]));

    private final String nodeId;
    private final MessagingSystem messaging;

    /** By shard: the lane that its messages take. */
    private final IntFunction<Lane> lanes;

    private final NanoClock clock;
    private final int maxContentLength;
    private @Nullable Sender sender;
    private @Nullable Receiver receiver;

    Links(String nodeId, MessagingSystem messaging, IntFunction<Lane> lanes, NanoClock clock, int maxContentLength) {
        this.nodeId = nodeId;
        this.messaging = messaging;
        this.lanes = lanes;
        this.clock = clock;
        this.maxContentLength = maxContentLength;
    }

    /** The same for a message that does not leave this node: its actor may move. */
    void checkLength(byte[] content) {
        if (content.length > maxContentLength) {
            throw new TransportException(
                    TransportException.Code.TOO_LARGE,
                    "a message with its target takes " + content.length + " bytes, the limit is " + maxContentLength
                            + ": send less, or raise maxMessageLength (max.message.bytes) on every node");
        }
    }

    /** Where to encode a frame of that content: of the thread, unless the frame is a long one. */
    private static MutableDirectBuffer scratch(int contentLength) {
        return contentLength <= SCRATCH_LENGTH - MAX_HEADER_LENGTH
                ? SCRATCH.get()
                : Buffers.of(new byte[MAX_HEADER_LENGTH + contentLength]);
    }

    /** Call before anything is sent. */
    void connect(Sender newSender, Receiver newReceiver) {
        sender = newSender;
        receiver = newReceiver;
    }

    @Override
    public Taken transmit(Route route, OutboundMessage message, long floor, SessionId session) {
        if (route.owner().equals(nodeId)) {
            Objects.requireNonNull(receiver).onFrame(local(route, message, floor, session));
            return Taken.YES;
        }
        MutableDirectBuffer buffer = scratch(message.abandoned() ? 0 : message.contentLength());
        int length = DeliveryFrames.encodeData(
                buffer, 0, message, route.epoch(), floor, session.incarnation(), clock.nanoTime());
        return taken(
                messaging.offer(route.owner(), lanes.apply(message.shard()), DeliveryFrames.DATA, buffer, 0, length));
    }

    static Taken taken(Offer offer) {
        return switch (offer) {
            case ACCEPTED -> Taken.YES;
            case BACK_PRESSURED, NOT_CONNECTED, CIRCUIT_OPEN, CLOSED -> Taken.NOT_NOW;
            case TOO_LARGE -> Taken.TOO_LARGE;
        };
    }

    private static InboundFrame local(Route route, OutboundMessage message, long floor, SessionId session) {
        return new InboundFrame(
                message.shard(),
                session,
                message.sequence(),
                floor,
                route.epoch(),
                message.durable(),
                message.abandoned(),
                message.deadlineNs(),
                message.abandoned() ? new byte[0] : message.content());
    }

    /** AT_MOST_ONCE: no channel, no answer. */
    Offer oneWay(Route route, int shard, byte[] content) {
        if (route.owner().equals(nodeId)) {
            Objects.requireNonNull(receiver)
                    .onFrame(new InboundFrame(
                            shard, null, 0, 0, route.epoch(), false, false, OutboundMessage.NO_DEADLINE, content));
            return Offer.ACCEPTED;
        }
        MutableDirectBuffer buffer = scratch(content.length);
        int header = DeliveryFrames.encodeOneWayHeader(buffer, 0, shard, route.epoch());
        buffer.putBytes(header, content);
        return messaging.offer(
                route.owner(), lanes.apply(shard), DeliveryFrames.ONE_WAY, buffer, 0, header + content.length);
    }

    /** What came of a message that is offered once. */
    static SendOutcome outcome(Offer offer) {
        return switch (offer) {
            case ACCEPTED -> new SendOutcome.Accepted();
            case NOT_CONNECTED -> new SendOutcome.NotExecuted(SendOutcome.Reason.NOT_CONNECTED);
            case CIRCUIT_OPEN -> new SendOutcome.NotExecuted(SendOutcome.Reason.CIRCUIT_OPEN);
            case CLOSED -> new SendOutcome.NotExecuted(SendOutcome.Reason.CLOSED);
            case BACK_PRESSURED -> new SendOutcome.NotExecuted(SendOutcome.Reason.BACK_PRESSURED);
            case TOO_LARGE -> new SendOutcome.NotExecuted(SendOutcome.Reason.TOO_LARGE);
        };
    }

    /** To another node, AT_MOST_ONCE. */
    boolean answer(AnswerAddress to, byte[] answer) {
        MutableDirectBuffer buffer = scratch(answer.length);
        return offered(to.nodeId(), AnswerFrames.ANSWER, buffer, AnswerFrames.encode(buffer, to, answer));
    }

    /** Of this node, whose channel this thread does not hold: another thread may hold it and wait for the shard. */
    @Override
    public boolean mustWait(InboundFrame frame) {
        SessionId source = frame.source();
        return source != null
                && source.nodeId().equals(nodeId)
                && !Objects.requireNonNull(sender).isHeld(frame.shard());
    }

    @Override
    public void ack(InboundFrame frame, long nextExpected, End end, long epoch) {
        SessionId source = Objects.requireNonNull(frame.source());
        if (source.nodeId().equals(nodeId)) {
            Objects.requireNonNull(sender)
                    .onEnds(frame.shard(), source.incarnation(), frame.sequence(), 1, end, nextExpected, epoch);
            return;
        }
        MutableDirectBuffer buffer = scratch(end.reply().length);
        int length = DeliveryFrames.encodeAck(
                buffer,
                0,
                new DeliveryFrames.Ack(
                        frame.shard(), source.incarnation(), frame.sequence(), nextExpected, epoch, end));
        // Dropped when the ring is full: the sender probes, and the answer is repeated.
        offered(source.nodeId(), DeliveryFrames.ACK, buffer, length);
    }

    @Override
    public void acks(InboundFrame frame, DoneRun run, long nextExpected, long epoch) {
        SessionId source = Objects.requireNonNull(frame.source());
        if (source.nodeId().equals(nodeId)) {
            Objects.requireNonNull(sender)
                    .onEnds(
                            frame.shard(),
                            source.incarnation(),
                            run.first(),
                            run.mask(),
                            End.DONE,
                            nextExpected,
                            epoch);
            return;
        }
        MutableDirectBuffer buffer = SCRATCH.get();
        int length = DeliveryFrames.encodeAcks(
                buffer,
                0,
                new DeliveryFrames.Acks(
                        frame.shard(), source.incarnation(), run.first(), run.mask(), nextExpected, epoch));
        offered(source.nodeId(), DeliveryFrames.ACKS, buffer, length);
    }

    @Override
    public void accepted(InboundFrame frame, long nextExpected, boolean gap, long epoch) {
        SessionId source = Objects.requireNonNull(frame.source());
        if (source.nodeId().equals(nodeId)) {
            Objects.requireNonNull(sender).onAccepted(frame.shard(), source.incarnation(), nextExpected, gap, epoch);
            return;
        }
        MutableDirectBuffer buffer = SCRATCH.get();
        int length = DeliveryFrames.encodeAccepted(
                buffer, 0, new DeliveryFrames.Accepted(frame.shard(), source.incarnation(), nextExpected, epoch, gap));
        offered(source.nodeId(), DeliveryFrames.ACCEPTED, buffer, length);
    }

    @Override
    public void nack(InboundFrame frame, Nack.Reason reason, @Nullable Route route) {
        SessionId source = Objects.requireNonNull(frame.source());
        Nack nack =
                new Nack(frame.shard(), reason, route == null ? "" : route.owner(), route == null ? 0 : route.epoch());
        if (source.nodeId().equals(nodeId)) {
            Objects.requireNonNull(sender).onNack(nack.shard(), reason, nack.owner(), nack.epoch());
            return;
        }
        MutableDirectBuffer buffer = SCRATCH.get();
        offered(source.nodeId(), DeliveryFrames.NACK, buffer, DeliveryFrames.encodeNack(buffer, 0, nack));
    }

    private boolean offered(String target, int type, MutableDirectBuffer buffer, int length) {
        return messaging.offer(target, type, buffer, 0, length) == Offer.ACCEPTED;
    }
}
