package io.troupe.cluster.internal.runtime;

import java.util.Objects;

import io.troupe.cluster.internal.delivery.DoneRun;
import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.Nack;
import io.troupe.cluster.internal.delivery.ReceiveChannel;
import io.troupe.cluster.internal.delivery.Route;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a shard says to the senders of its messages: how they have ended, how far it is, that it takes
 * none. An end is in the channel before it is told, so a next owner that is handed the channel knows it too. Any
 * thread.
 */
final class Acknowledgements {
    private final Replies replies;

    Acknowledgements(Replies replies) {
        this.replies = replies;
    }

    /**
     * The end of a message is known: for a durable kind it is in the log, so it may be told even if the shard is lost.
     */
    void onEnd(HostedShard shard, InboundFrame frame, int code, byte[] reply) {
        End end = new End(End.Code.of(code), reply);
        long nextExpected = 1; // without the channel (shard lost, sender reborn) nothing is known, and 1 claims nothing
        shard.lock.lock();
        try {
            ReceiveChannel channel = shard.existingChannel(Objects.requireNonNull(frame.source()));
            if (channel != null) {
                channel.onEnd(frame.sequence(), end);
                nextExpected = channel.nextExpected();
            }
        } finally {
            shard.lock.unlock();
        }
        ack(shard, frame, nextExpected, end);
    }

    /** What turns of actors have ended, each sender's in as few frames as can be. */
    void tellEnded(HostedShard shard) {
        Told told;
        shard.lock.lock();
        try {
            told = recordEnded(shard);
        } finally {
            shard.lock.unlock();
        }
        tell(shard, told);
    }

    /** Messages of one sender that have ended, the newest first among those of other senders. */
    private static final class Told {
        final InboundFrame frame;
        final DoneRun run;
        long nextExpected = 1; // claims nothing
        final @Nullable Told before;

        Told(InboundFrame frame, @Nullable Told before) {
            this.frame = frame;
            this.run = new DoneRun(frame.sequence());
            this.before = before;
        }

        boolean add(InboundFrame next) {
            return Objects.equals(next.source(), frame.source()) && run.add(next.sequence());
        }
    }

    /** Under the lock: from here on the ends are part of what a next owner is handed over. */
    private static @Nullable Told recordEnded(HostedShard shard) {
        Told told = null;
        for (HostedMessage message = shard.ended.takeAll(); message != null; message = message.next) {
            InboundFrame frame = message.frame();
            if (told == null || !told.add(frame)) {
                told = new Told(frame, told);
            }
            ReceiveChannel channel = shard.existingChannel(Objects.requireNonNull(frame.source()));
            if (channel != null) {
                channel.onEnd(frame.sequence(), End.DONE);
                told.nextExpected = channel.nextExpected();
            }
        }
        return told;
    }

    private void tell(HostedShard shard, @Nullable Told newest) {
        for (Told told = newest; told != null; told = told.before) {
            Told due = told;
            if (due.run.size() == 1) {
                ack(shard, due.frame, due.nextExpected, End.DONE);
            } else if (replies.mustWait(due.frame)) {
                shard.lock.afterwards(() -> replies.acks(due.frame, due.run, due.nextExpected, shard.epoch()));
            } else {
                replies.acks(due.frame, due.run, due.nextExpected, shard.epoch());
            }
        }
    }

    void ack(HostedShard shard, InboundFrame frame, long nextExpected, End end) {
        if (replies.mustWait(frame)) {
            shard.lock.afterwards(() -> replies.ack(frame, nextExpected, end, shard.epoch()));
        } else {
            replies.ack(frame, nextExpected, end, shard.epoch());
        }
    }

    void accepted(HostedShard shard, InboundFrame frame, long nextExpected, boolean gap) {
        if (replies.mustWait(frame)) {
            shard.lock.afterwards(() -> replies.accepted(frame, nextExpected, gap, shard.epoch()));
        } else {
            replies.accepted(frame, nextExpected, gap, shard.epoch());
        }
    }

    void refuse(HostedShard shard, InboundFrame frame, Nack.Reason reason, @Nullable Route route) {
        if (replies.mustWait(frame)) {
            shard.lock.afterwards(() -> refuse(frame, reason, route));
        } else {
            refuse(frame, reason, route);
        }
    }

    void refuse(InboundFrame frame, Nack.Reason reason, @Nullable Route route) {
        if (frame.source() != null) {
            replies.nack(frame, reason, route);
        } // else AT_MOST_ONCE: it is lost, as promised
    }

    /** How a sender is answered, near or far. */
    interface Replies {
        /** Whether an answer takes a lock that must not be taken under that of a shard. */
        boolean mustWait(InboundFrame frame);

        void ack(InboundFrame frame, long nextExpected, End end, long epoch);

        /** The messages of a run, all of the sender of the frame, are done. */
        void acks(InboundFrame frame, DoneRun run, long nextExpected, long epoch);

        void accepted(InboundFrame frame, long nextExpected, boolean gap, long epoch);

        void nack(InboundFrame frame, Nack.Reason reason, @Nullable Route route);
    }
}
