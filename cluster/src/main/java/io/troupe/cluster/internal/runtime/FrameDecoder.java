package io.troupe.cluster.internal.runtime;

import java.util.concurrent.atomic.AtomicLong;

import io.troupe.cluster.internal.delivery.AnswerFrames;
import io.troupe.cluster.internal.delivery.DeliveryFrames;
import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.FrameException;
import io.troupe.cluster.internal.delivery.Nack;
import io.troupe.cluster.internal.delivery.OutboundMessage;
import io.troupe.cluster.internal.handoff.TransferFrames;
import io.troupe.cluster.internal.listing.ListingFrames;
import io.troupe.metadata.SessionId;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns frames of messages, transfers, pings, lists and answers into calls of those who handle them. On the transport's
 * thread.
 */
final class FrameDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(FrameDecoder.class);

    private final Sender sender;
    private final Receiver receiver;
    private final HandOff handOff;
    private final Pings pings;
    private final Listings listings;
    private final Answers answers;
    private final NanoClock clock;
    private final AtomicLong malformed = new AtomicLong();

    FrameDecoder(
            Sender sender,
            Receiver receiver,
            HandOff handOff,
            Pings pings,
            Listings listings,
            Answers answers,
            NanoClock clock) {
        this.sender = sender;
        this.receiver = receiver;
        this.handOff = handOff;
        this.pings = pings;
        this.listings = listings;
        this.answers = answers;
        this.clock = clock;
    }

    void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
        try {
            switch (type) {
                case DeliveryFrames.DATA -> onData(nodeId, buffer, offset, length);
                case DeliveryFrames.ACK -> onAck(DeliveryFrames.decodeAck(buffer, offset, length));
                case DeliveryFrames.ACKS -> onAcks(DeliveryFrames.decodeAcks(buffer, offset, length));
                case DeliveryFrames.ACCEPTED -> onAccepted(DeliveryFrames.decodeAccepted(buffer, offset, length));
                case DeliveryFrames.NACK -> onNack(DeliveryFrames.decodeNack(buffer, offset, length));
                case DeliveryFrames.ONE_WAY -> onOneWay(buffer, offset, length);
                case TransferFrames.TRANSFER ->
                    handOff.onTransfer(nodeId, TransferFrames.decode(copy(buffer, offset, length)), length);
                case TransferFrames.RECEIVED ->
                    handOff.onReceived(nodeId, TransferFrames.decodeReceived(copy(buffer, offset, length)));
                case Pings.PING, Pings.PONG -> pings.onFrame(nodeId, type, buffer, offset, length);
                case ListingFrames.ASK -> listings.onAsk(nodeId, ListingFrames.decodeAsk(copy(buffer, offset, length)));
                case ListingFrames.PART ->
                    listings.onPart(nodeId, ListingFrames.decodePart(copy(buffer, offset, length), nodeId));
                case AnswerFrames.ANSWER -> answers.onFrame(copy(buffer, offset, length));
                default -> throw new FrameException("unknown frame type " + type);
            }
        } catch (FrameException e) {
            if (Long.bitCount(malformed.incrementAndGet())
                    == 1) { // the 1st, 2nd, 4th, 8th ...: a broken peer must not flood the log
                LOG.warn(
                        "dropped a malformed frame of node {} ({} so far): {}",
                        nodeId,
                        malformed.get(),
                        e.getMessage());
            }
        }
    }

    private void onData(String nodeId, DirectBuffer buffer, int offset, int length) {
        DeliveryFrames.Data data = DeliveryFrames.decodeData(buffer, offset, length);
        receiver.onArrival(new InboundFrame(
                data.shard(),
                new SessionId(nodeId, data.incarnation()),
                data.sequence(),
                data.floor(),
                data.epoch(),
                data.durable(),
                data.skip(),
                data.deadlineNs(clock.nanoTime()),
                copy(buffer, data.contentOffset(), data.contentLength())));
    }

    private void onOneWay(DirectBuffer buffer, int offset, int length) {
        DeliveryFrames.OneWay oneWay = DeliveryFrames.decodeOneWay(buffer, offset, length);
        receiver.onArrival(new InboundFrame(
                oneWay.shard(),
                null,
                0,
                0,
                oneWay.epoch(),
                false,
                false,
                OutboundMessage.NO_DEADLINE,
                copy(buffer, oneWay.contentOffset(), oneWay.contentLength())));
    }

    private void onAck(DeliveryFrames.Ack ack) {
        sender.onEnds(ack.shard(), ack.incarnation(), ack.sequence(), 1, ack.end(), ack.nextExpected(), ack.epoch());
    }

    private void onAcks(DeliveryFrames.Acks acks) {
        sender.onEnds(
                acks.shard(),
                acks.incarnation(),
                acks.first(),
                acks.mask(),
                End.DONE,
                acks.nextExpected(),
                acks.epoch());
    }

    private void onAccepted(DeliveryFrames.Accepted accepted) {
        sender.onAccepted(
                accepted.shard(), accepted.incarnation(), accepted.nextExpected(), accepted.gap(), accepted.epoch());
    }

    private void onNack(Nack nack) {
        sender.onNack(nack.shard(), nack.reason(), nack.owner(), nack.epoch());
    }

    private static byte[] copy(DirectBuffer buffer, int offset, int length) {
        byte[] content = new byte[length];
        buffer.getBytes(offset, content);
        return content;
    }
}
