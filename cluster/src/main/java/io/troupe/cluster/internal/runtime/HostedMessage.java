package io.troupe.cluster.internal.runtime;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/** A delivered message with the way back to its sender. */
final class HostedMessage extends Ended.Link<HostedMessage> implements InboundMessage {
    /** Bytes. */
    private static final int MAX_REASON_LENGTH = 4096;

    private final Acknowledgements acknowledgements;
    private final HostedShard shard;
    private final InboundFrame frame;
    private final NanoClock clock;

    HostedMessage(Acknowledgements acknowledgements, HostedShard shard, InboundFrame frame, NanoClock clock) {
        this.acknowledgements = acknowledgements;
        this.shard = shard;
        this.frame = frame;
        this.clock = clock;
    }

    @Override
    public OwnedShard shard() {
        return shard;
    }

    @Override
    public @Nullable MessageId id() {
        SessionId source = frame.source();
        return source == null ? null : new MessageId(source, frame.shard(), frame.sequence());
    }

    @Override
    public byte[] content() {
        return frame.content();
    }

    @Override
    public boolean isExpired() {
        return frame.deadlineNs() != Long.MAX_VALUE && clock.nanoTime() - frame.deadlineNs() >= 0;
    }

    @Override
    public boolean isOneWay() {
        return frame.source() == null;
    }

    @Override
    public Op.Settle settle(Ending ending, byte[] reply) {
        return Receiver.settle(frame, ending.code(), kept(ending, reply));
    }

    InboundFrame frame() {
        return frame;
    }

    /** An answer as it is; of a reason as much as a person reads, for it may be as long as a message. */
    static byte[] kept(Ending ending, byte[] reply) {
        if (ending == Ending.DONE || reply.length <= MAX_REASON_LENGTH) {
            return reply;
        }
        byte[] more = (" ... (of " + reply.length + " bytes)").getBytes(StandardCharsets.UTF_8);
        int end = MAX_REASON_LENGTH - more.length;
        while ((reply[end] & 0xC0) == 0x80) { // within a character
            end--;
        }
        byte[] cut = Arrays.copyOf(reply, end + more.length);
        System.arraycopy(more, 0, cut, end, more.length);
        return cut;
    }

    @Override
    public void done() {
        if (!isOneWay()) {
            shard.onEnded(this);
        }
    }

    @Override
    public boolean runNearby(Runnable step) {
        Nearby nearby = shard.nearby;
        if (nearby == null || !nearby.take(clock.nanoTime())) {
            return false;
        }
        shard.lock.afterwards(step);
        return true;
    }

    @Override
    public void end(Ending ending, byte[] reply) {
        endAsSettled(ending.code(), kept(ending, reply));
    }

    @Override
    public void endAsSettled(int code, byte[] reply) {
        if (!isOneWay()) {
            acknowledgements.onEnd(shard, frame, code, reply);
        }
    }
}
