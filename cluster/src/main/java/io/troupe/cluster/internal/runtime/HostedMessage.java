package io.troupe.cluster.internal.runtime;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/** A delivered message with the way back to its sender. */
final class HostedMessage extends Ended.Link<HostedMessage> implements InboundMessage {
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
        return Receiver.settle(frame, ending.code(), ending.kept(reply));
    }

    InboundFrame frame() {
        return frame;
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
        endAsSettled(ending.code(), ending.kept(reply));
    }

    @Override
    public void endAsSettled(int code, byte[] reply) {
        if (!isOneWay()) {
            acknowledgements.onEnd(shard, frame, code, reply);
        }
    }
}
