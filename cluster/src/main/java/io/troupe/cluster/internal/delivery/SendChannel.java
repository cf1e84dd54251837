package io.troupe.cluster.internal.delivery;

import java.util.ArrayList;
import java.util.List;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.internal.delivery.SendOutput.Taken;
import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Sender half of one channel: the messages of one session to one shard, until each has ended. Not thread-safe: its user
 * confines it (a lock per channel). The output and the listeners may call {@link #send}, {@link #onEnds},
 * {@link #onAccepted} and {@link #onNack} from within a call, and nothing else.
 *
 * <p><b>Order.</b> Sequences are given from 1 at {@link #send} and go out in order. The {@link SendCursor} stands on
 * the next one to transmit. It goes back to the floor (the lowest unsettled one) when the owner or its epoch changes,
 * when the link to the owner comes up anew and when a parked channel tries again. It stops when the output takes no
 * more, and goes on with the next event.
 *
 * <p><b>Retry.</b> A link loses nothing while it is up, so accepted messages are not sent again on a timer; only the
 * oldest is, as a probe with exponential backoff. The answer tells what is missing: a receiver behind the cursor sends
 * it back, and an acknowledgement that was lost before is followed by a probe of the next oldest at once.
 *
 * <p><b>Refusal.</b> A NACK of an epoch below the sender's view is late and ignored. Any other parks the channel until
 * the route changes or the backoff has passed.
 *
 * <p><b>Giving up.</b> A message whose content never left is proven not to have run (NotExecuted); one that left is
 * Unknown. Either way its sequence goes out as a Skip until it is settled, so that the receiver does not wait for it.
 * Sequences that a volatile kind's earlier owner settled out of order go out as a Skip too: a new owner may not know.
 *
 * <p><b>Loss of the owner.</b> What a durable kind's owner has settled, its successor reads in the log: everything may
 * be sent again. A volatile kind's EXACTLY_ONCE messages may only along an unbroken chain of {@code continues} from the
 * epoch they first went out to; else they are Unknown.
 *
 * <p><b>Loss of the session.</b> EXACTLY_ONCE messages that went out are Unknown. AT_LEAST_ONCE ones, and those that
 * never went out, stay in order and get new sequences from 1 in the next session, before anything sent later.
 *
 * <p>Costs O(1) per message amortised, O(unsettled) per change of route, link or session and per tick in which a
 * deadline passes; transmitting allocates nothing.
 */
public final class SendChannel {
    private static final byte[] NO_BYTES = {};

    private final int shard;
    private final DeliveryLimits limits;
    private final SendOutput output;
    private final RetryTimer retry;

    private UnsettledRing ring = new UnsettledRing();
    private @Nullable SessionId session;
    /** Of the newest session there was; its sequences are used up. */
    private long lastIncarnation = Long.MIN_VALUE;

    private final RouteChain chain = new RouteChain();
    private final Deadlines deadlines = new Deadlines();

    private final SendCursor cursor = new SendCursor();

    /** The owner refused; nothing goes out until the route changes or the retry is due. */
    private boolean parked;
    /** The output took no more; nothing goes out until the next event other than a send. */
    private boolean stalled;
    /** A loop over the ring is running further up the stack: what re-enters must leave transmitting to it. */
    private boolean looping;

    private boolean stopped;
    private long retransmissions;

    /**
     * Creates a channel without session and route: messages wait.
     *
     * @param shard  the target shard
     * @param limits its limits
     * @param output puts messages on their way
     */
    public SendChannel(int shard, DeliveryLimits limits, SendOutput output) {
        this.shard = shard;
        this.limits = limits;
        this.output = output;
        retry = new RetryTimer(limits);
    }

    /**
     * Opens the channel under the first session, or under a new one after the old one was lost.
     *
     * @param newSession the session
     * @param nowNs      now
     * @throws IllegalArgumentException if the session is not newer than the last one: its sequences would be reused
     */
    public void open(SessionId newSession, long nowNs) {
        if (newSession.equals(session)) {
            return;
        }
        if (newSession.incarnation() <= lastIncarnation) {
            throw new IllegalArgumentException("session " + newSession + " is not newer than incarnation "
                    + lastIncarnation + ", whose sequences are used up: open a new session");
        }
        close(nowNs);
        session = newSession;
        lastIncarnation = newSession.incarnation();
        rewind();
        pump(nowNs);
    }

    /**
     * The session is over, whatever the reason: nothing goes out until {@link #open}, and EXACTLY_ONCE messages that
     * went out are Unknown.
     *
     * @param nowNs now
     */
    public void close(long nowNs) {
        SessionId ended = session;
        if (ended == null) {
            return;
        }
        session = null;
        rest();
        List<OutboundMessage> lost = new ArrayList<>();
        UnsettledRing old = ring;
        ring = new UnsettledRing();
        for (long sequence = old.floor(); sequence < old.next(); sequence++) {
            OutboundMessage message = old.at(sequence);
            if (message.isSettled() || message.abandoned()) {
                continue;
            }
            if (message.firstEpoch() != 0 && message.guarantee() == DeliveryGuarantee.EXACTLY_ONCE) {
                lost.add(message);
            } else {
                message.leaveSession(message.firstEpoch() == 0 ? null : new MessageId(ended, shard, sequence));
                ring.add(shard, message);
            }
        }
        rewind();
        String why = "session " + ended + " ended before the message was settled";
        for (OutboundMessage message : lost) {
            message.end(Outcomes.unknown(message, ended, why), NO_BYTES);
        }
    }

    /**
     * The node is closing: every message ends now, and later ones at once. Idempotent.
     *
     * @param nowNs now
     */
    public void stop(long nowNs) {
        stopped = true;
        close(nowNs);
        UnsettledRing rest = ring;
        ring = new UnsettledRing();
        rewind();
        for (long sequence = rest.floor(); sequence < rest.next(); sequence++) {
            giveUp(rest.at(sequence), SendOutcome.Reason.CLOSED, "the node closed before the message was settled");
        }
    }

    /**
     * Takes a message. It goes out when there is a session, a route and room, and waits until then.
     *
     * @param message the message; never sent before
     * @param nowNs   now
     * @return false if {@link DeliveryLimits#maxUnsettled} is reached and nothing was kept
     * @throws IllegalStateException if the message was sent before
     */
    public boolean send(OutboundMessage message, long nowNs) {
        if (message.sequence() != 0) {
            throw new IllegalStateException("the message was sent before, as sequence " + message.sequence()
                    + " to shard " + message.shard() + ": make a new one");
        }
        if (stopped) {
            message.end(new SendOutcome.NotExecuted(SendOutcome.Reason.CLOSED), NO_BYTES);
            return true;
        }
        if (ring.next() - ring.floor() >= limits.maxUnsettled()) {
            return false;
        }
        ring.add(shard, message);
        deadlines.note(message);
        if (!stalled) {
            pump(nowNs);
        }
        return true;
    }

    /**
     * The sender takes a message back: if it never left it does not run; if it did, it may have. Nothing to do if it
     * has ended, or waits in another channel.
     *
     * @param message the message
     * @param nowNs   now
     */
    public void cancel(OutboundMessage message, long nowNs) {
        if (message.abandoned() || message.shard() != shard) {
            return;
        }
        // A listener that sends must not overtake the Skip.
        withoutPumping(() -> giveUp(message, SendOutcome.Reason.CANCELLED, "it was cancelled after it had left"));
        pump(nowNs);
    }

    /**
     * The local shard table has news.
     *
     * @param newRoute the owner, or null while there is none
     * @param nowNs    now
     */
    public void onRoute(@Nullable Route newRoute, long nowNs) {
        RouteChain.News news = chain.learn(newRoute);
        if (news != RouteChain.News.NONE) {
            rest();
            rewind();
        }
        if (news == RouteChain.News.STARTED_ANEW) {
            giveUpBrokenChains();
        }
        pump(nowNs);
    }

    /**
     * A session of a link has begun. What was under way in the one before is lost, so the way begins at the floor
     * again.
     *
     * @param nodeId the other node
     * @param nowNs  now
     */
    public void onLinkOpened(String nodeId, long nowNs) {
        Route current = chain.route();
        if (current != null && current.owner().equals(nodeId)) {
            rewind();
            pump(nowNs);
        }
    }

    /**
     * The link to a node takes frames again, of which it has refused one.
     *
     * @param nodeId the other node
     * @param nowNs  now
     */
    public void onLinkWritable(String nodeId, long nowNs) {
        Route current = chain.route();
        if (stalled && current != null && current.owner().equals(nodeId)) {
            pump(nowNs);
        }
    }

    /**
     * The receiver says how one message ended, or several in the same way.
     *
     * @param incarnation  of the session the messages were sent in
     * @param first        the lowest of them
     * @param mask         which: bit n stands for {@code first + n}
     * @param end          how they ended
     * @param nextExpected the receiver's lowest sequence that has not arrived in order
     * @param ackEpoch     the receiver's epoch
     * @param nowNs        now
     */
    public void onEnds(long incarnation, long first, long mask, End end, long nextExpected, long ackEpoch, long nowNs) {
        long waiting = 0;
        boolean answersProbe = false;
        for (long rest = mask; rest != 0; rest &= rest - 1) {
            long sequence = first + Long.numberOfTrailingZeros(rest);
            if (isWaiting(incarnation, sequence) && !chain.isOutdated(ring.at(sequence), end, ackEpoch)) {
                waiting |= Long.lowestOneBit(rest);
                answersProbe |= cursor.isProbe(sequence);
            }
        }
        if (waiting == 0) {
            return;
        }
        onReceiverAt(nextExpected, ackEpoch);
        for (; waiting != 0; waiting &= waiting - 1) {
            long sequence = first + Long.numberOfTrailingZeros(waiting);
            if (isWaiting(incarnation, sequence)) { // else a listener before it has led to its end
                end(ring.at(sequence), end, ackEpoch, nowNs);
            }
        }
        if (answersProbe && !looping) {
            probe(nowNs);
        }
        pump(nowNs);
    }

    /** Not if it is of an ended session, nor if the message has ended already. */
    private boolean isWaiting(long incarnation, long sequence) {
        SessionId current = session;
        return current != null && current.incarnation() == incarnation && ring.contains(sequence);
    }

    private void end(OutboundMessage message, End end, long ackEpoch, long nowNs) {
        ring.settle(message, ackEpoch);
        if (ring.unsettled() == 0) {
            rest();
            deadlines.clear();
        } else if (ring.floor() > message.sequence()) {
            retry.restart(nowNs);
        }
        if (!message.abandoned()) {
            boolean proven = message.earlierId() == null && chain.speaksFor(message, ackEpoch);
            SendOutcome outcome = Outcomes.acknowledged(message, end, ackEpoch, proven, session);
            message.end(outcome, end.code() == End.Code.DONE ? end.reply() : NO_BYTES);
        }
    }

    /**
     * The receiver says how far it is, without an end.
     *
     * @param incarnation   of the session the frame was sent in
     * @param nextExpected  the receiver's lowest sequence that has not arrived in order
     * @param gap           true if a later one has arrived before it
     * @param acceptedEpoch the receiver's epoch
     * @param nowNs         now
     */
    public void onAccepted(long incarnation, long nextExpected, boolean gap, long acceptedEpoch, long nowNs) {
        SessionId current = session;
        if (current == null || current.incarnation() != incarnation) {
            return;
        }
        onReceiverAt(nextExpected, acceptedEpoch);
        if (gap && acceptedEpoch == chain.epoch()) {
            cursor.onGap(nextExpected);
        }
        pump(nowNs);
    }

    /**
     * A node refused the shard's messages.
     *
     * @param reason    why
     * @param owner     the owner in that node's view, or empty
     * @param nackEpoch the epoch of that view
     * @param nowNs     now
     */
    public void onNack(Nack.Reason reason, String owner, long nackEpoch, long nowNs) {
        // Older than our view: an answer to what went to an earlier owner. Heeding it would park a healthy channel.
        if (nackEpoch < chain.epoch() || parked || ring.unsettled() == 0) {
            return;
        }
        parked = true;
        retry.backOff(nowNs);
    }

    /**
     * Time has passed.
     *
     * @param nowNs  now
     * @param random a fresh random number, for the jitter of retries
     */
    public void onTick(long nowNs, long random) {
        retry.refresh(random);
        if (deadlines.isDue(nowNs)) {
            expire(nowNs);
        }
        if (retry.isDue(nowNs)) {
            if (parked) {
                parked = false;
                rewind();
            } else {
                probe(nowNs);
            }
        }
        pump(nowNs);
    }

    /** {@return true if nothing is unsettled} */
    public boolean isIdle() {
        return ring.unsettled() == 0;
    }

    /** {@return how many messages have not been settled, given-up ones included} */
    public int unsettled() {
        return ring.unsettled();
    }

    /** {@return the lowest unsettled sequence, or the next one if there is none} */
    public long floor() {
        return ring.floor();
    }

    /** {@return the sequence that the next message gets} */
    public long nextSequence() {
        return ring.next();
    }

    /** {@return how many transmissions with content were not the first of their message in its session} */
    public long retransmissions() {
        return retransmissions;
    }

    /** Nothing to wait for: no timer runs, and nobody has refused anything yet. */
    private void rest() {
        parked = false;
        retry.disarm();
    }

    private void rewind() {
        cursor.restart(ring.floor());
    }

    private void pump(long nowNs) {
        if (looping) {
            return;
        }
        looping = true;
        stalled = false;
        try {
            boolean more = true;
            while (more) {
                more = transmitNext(nowNs);
            }
        } finally {
            looping = false;
        }
    }

    /** What the step leads to, listeners that send included, is transmitted after it, or by a loop further up. */
    private void withoutPumping(Runnable step) {
        boolean outer = looping;
        looping = true;
        try {
            step.run();
        } finally {
            looping = outer;
        }
    }

    /** Moves the cursor one step; false if it has to stay. Reads all state anew, as each step may have re-entered. */
    private boolean transmitNext(long nowNs) {
        long sequence = cursor.advance(ring.floor());
        Route to = chain.route();
        SessionId from = session;
        if (to == null || from == null || parked || stalled) {
            return false;
        }
        if (sequence >= ring.next() || sequence - ring.floor() >= limits.maxWindow()) {
            return false;
        }
        OutboundMessage message = ring.at(sequence);
        if (message.isSettled() && message.settledEpoch() == to.epoch()) {
            cursor.pass(sequence);
            return true;
        }
        if (!message.abandoned() && message.isPastDeadline(nowNs)) {
            giveUpLate(message);
            return true;
        }
        cursor.pass(sequence);
        Taken taken = transmit(message, to, from, nowNs);
        if (taken == Taken.YES) {
            return true;
        }
        cursor.goBack(sequence);
        if (taken == Taken.TOO_LARGE) {
            giveUpLong(message);
            return true;
        }
        return false;
    }

    private Taken transmit(OutboundMessage message, Route to, SessionId from, long nowNs) {
        boolean withContent = !message.abandoned();
        long first = message.firstEpoch();
        long last = message.lastEpoch();
        if (withContent) {
            message.onTransmitting(to.epoch()); // before it goes out: the answer may come within the call
        }
        Taken taken = output.transmit(to, message, ring.floor(), from);
        if (taken != Taken.YES) {
            if (withContent) {
                message.onNotTransmitted(first, last);
            }
            stalled = taken == Taken.NOT_NOW;
            return taken;
        }
        if (withContent && first != 0) {
            retransmissions++;
        }
        if (!retry.isArmed() && ring.unsettled() > 0) {
            retry.restart(nowNs);
        }
        return Taken.YES;
    }

    /** Sends the oldest unsettled message again, if it is on its way: its answer tells what the receiver has. */
    private void probe(long nowNs) {
        Route to = chain.route();
        SessionId from = session;
        long oldest = ring.floor();
        if (to == null || from == null || parked || !cursor.hasPassed(oldest) || !ring.contains(oldest)) {
            return;
        }
        // Before it goes out: the answer may come within the call.
        cursor.probe(oldest);
        retry.backOff(nowNs);
        withoutPumping(() -> {
            OutboundMessage message = ring.at(oldest);
            if (!message.abandoned() && message.isPastDeadline(nowNs)) {
                giveUpLate(message);
            }
            if (transmit(message, to, from, nowNs) == Taken.TOO_LARGE) {
                giveUpLong(message);
                transmit(message, to, from, nowNs);
            }
        });
    }

    /** Only the owner of the current epoch tells where to go on; what an earlier one has accepted died with it. */
    private void onReceiverAt(long nextExpected, long receiverEpoch) {
        if (receiverEpoch == chain.epoch()) {
            cursor.onReceiverAt(nextExpected);
        }
    }

    private void expire(long nowNs) {
        deadlines.clear();
        withoutPumping(() -> {
            for (long sequence = ring.floor(); sequence < ring.next(); sequence++) {
                OutboundMessage message = ring.at(sequence);
                if (!message.abandoned() && message.isPastDeadline(nowNs)) {
                    giveUpLate(message);
                } else if (!message.abandoned()) {
                    deadlines.note(message);
                }
            }
        });
    }

    private void giveUpBrokenChains() {
        // A listener that sends must not let a message out that is about to be given up.
        withoutPumping(() -> {
            for (long sequence = ring.floor(); sequence < ring.next(); sequence++) {
                OutboundMessage message = ring.at(sequence);
                if (chain.hasLost(message)) {
                    String why = "the activation that may have run it was lost with epoch " + message.firstEpoch();
                    message.end(Outcomes.unknown(message, session, why), NO_BYTES);
                }
            }
        });
    }

    private void giveUpLate(OutboundMessage message) {
        giveUp(message, SendOutcome.Reason.DEADLINE_PASSED, "the deadline passed before the message was settled");
    }

    /** The owner's node takes none of its length, and every later message waits behind it. */
    private void giveUpLong(OutboundMessage message) {
        giveUp(
                message,
                SendOutcome.Reason.TOO_LARGE,
                "an owner that takes no message of its length has come after it left");
    }

    private void giveUp(OutboundMessage message, SendOutcome.Reason reason, String why) {
        message.end(Outcomes.givenUp(message, reason, session, why), NO_BYTES);
    }
}
