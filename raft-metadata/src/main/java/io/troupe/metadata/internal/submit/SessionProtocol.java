package io.troupe.metadata.internal.submit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The life of one node's session: opens, renews and closes it, and repeats each request until it is answered. Shares
 * the {@link LeaderFinder} with the {@link SubmitProtocol}, and tells it of sessions opened and ended.
 *
 * <p>Pure: time and nonces are parameters. Futures are completed on the calling thread. Confined to one thread.
 */
public final class SessionProtocol {
    /** Renewals that may wait for one answer. */
    public static final int MAX_RENEWALS = 64;

    /** How long to wait before asking whether another life of this node has ended. */
    static final long HELD_RETRY_NS = 50_000_000;

    private final String nodeId;
    private String storageId = "";
    private final LeaderFinder finder;
    private final SubmitProtocol submits;
    private final SubmitProtocol.Output output;

    /** What a wait for another life's end takes beyond its lease: the leader's margin and two ticks. */
    private final long expirySlackNs;

    private final ArrayDeque<Opening> openings = new ArrayDeque<>();
    private final ArrayDeque<Renewal> renewals = new ArrayDeque<>();
    private final ArrayDeque<CompletableFuture<Void>> closings = new ArrayDeque<>();
    private @Nullable Call openCall;
    private @Nullable Call renewCall;
    private @Nullable Call closeCall;
    private long renewalNumber;
    private long attempt;

    private static final class Opening {
        final long nonce;
        final long ttlMillis;
        final CompletableFuture<SessionId> done;

        /** The life to join with, or null to begin a new one. */
        final @Nullable SessionId life;

        long heldUntil;
        boolean held;

        Opening(@Nullable SessionId life, long nonce, long ttlMillis, CompletableFuture<SessionId> done) {
            this.life = life;
            this.nonce = nonce;
            this.ttlMillis = ttlMillis;
            this.done = done;
        }
    }

    private record Renewal(long number, CompletableFuture<Long> done) {}

    /** A request that is repeated until it is answered. */
    private static final class Call {
        final LongConsumer send;
        long attempt;
        long retryAt;
        long silenceNs;
        long paceNs = SubmitProtocol.PACE_NS;
        boolean refused;
        String asked = "";

        Call(LongConsumer send, long silenceNs) {
            this.send = send;
            this.silenceNs = silenceNs;
        }
    }

    /**
     * A protocol without a session.
     *
     * @param nodeId        this node
     * @param submits       told of sessions; shares finder and output
     * @param finder        knows whom to ask
     * @param output        sends
     * @param expirySlackNs what the end of a lease may take beyond the lease
     */
    public SessionProtocol(
            String nodeId,
            SubmitProtocol submits,
            LeaderFinder finder,
            SubmitProtocol.Output output,
            long expirySlackNs) {
        this.nodeId = nodeId;
        this.submits = submits;
        this.finder = finder;
        this.output = output;
        this.expirySlackNs = expirySlackNs;
    }

    /**
     * Names the life's storage; before the first {@link #flush}.
     *
     * @param id the data directory's id, or a random text for a node without one
     */
    public void useStorage(String id) {
        storageId = id;
    }

    /** {@return when {@link #flush} has to be called at the latest, in ns, or Long.MAX_VALUE} */
    public long nextWakeNs() {
        long wake = Long.MAX_VALUE;
        for (Call call : new @Nullable Call[] {openCall, renewCall, closeCall}) {
            wake = call == null ? wake : Math.min(wake, call.retryAt);
        }
        return wake;
    }

    /**
     * Opens a session; several calls are answered one after the other.
     *
     * @param ttlMillis its lease
     * @param nonce     random, makes repeated requests one
     * @param done      completed with the session
     */
    public void open(long ttlMillis, long nonce, CompletableFuture<SessionId> done) {
        openings.add(new Opening(null, nonce, ttlMillis, done));
    }

    /**
     * Opens in this group a life that another group has begun; in order with {@link #open}. Nothing that is in its way
     * goes away with time, so it does not wait.
     *
     * @param life      the life
     * @param ttlMillis its lease
     * @param nonce     random, makes repeated requests one
     * @param done      completed with the life
     */
    public void join(SessionId life, long ttlMillis, long nonce, CompletableFuture<SessionId> done) {
        IllegalArgumentException foreign = foreignLife(nodeId, life);
        if (foreign != null) {
            done.completeExceptionally(foreign);
            return;
        }
        openings.add(new Opening(life, nonce, ttlMillis, done));
    }

    /**
     * {@return why no session can have a time to live; null if one can}
     *
     * @param ttlMillis the time
     */
    public static @Nullable MetadataException wrongTtl(long ttlMillis) {
        return ttlMillis >= 1 && ttlMillis <= MetadataStore.LONGEST_TTL_MILLIS
                ? null
                : new MetadataException(
                        Code.BAD_CONFIG,
                        "a session cannot live for " + ttlMillis + " ms without a keep-alive: between 1 ms and "
                                + Duration.ofMillis(MetadataStore.LONGEST_TTL_MILLIS)
                                        .toDays() + " days can be kept");
    }

    /**
     * {@return why a node cannot join with a life, whatever the group knows; null if it may}
     *
     * @param nodeId the node
     * @param life   the life
     */
    public static @Nullable IllegalArgumentException foreignLife(String nodeId, SessionId life) {
        return life.nodeId().equals(nodeId)
                ? null
                : new IllegalArgumentException("node " + nodeId + " cannot join with life " + life
                        + " of another node: give the session that openSession of its own first group has opened");
    }

    /**
     * {@return the failure of a life that may not join}
     *
     * @param life the life
     * @param held what the group says
     */
    public static MetadataException cannotJoin(SessionId life, Outcome.SessionHeld held) {
        boolean forgotten = held.holderStorageId().isEmpty();
        return new MetadataException(
                Code.SESSION_HELD,
                "life " + life + " of node " + life.nodeId() + " cannot join this group, which "
                        + (forgotten
                                ? "has forgotten all lives up to " + held.holder()
                                : "knows " + held.holder() + " already, open or ended")
                        + ": no life joins twice, nor after a later one; open a new session in the first group, and"
                        + " join with that one");
    }

    /**
     * Renews the session with the leader's next tick.
     *
     * @param done completed with the revision of the proof
     */
    public void renew(CompletableFuture<Long> done) {
        if (submits.session() == null) {
            done.completeExceptionally(noSession());
        } else if (renewals.size() >= MAX_RENEWALS) {
            done.completeExceptionally(new MetadataException(
                    Code.BUSY, "keepAlive: " + MAX_RENEWALS + " renewals already wait for an answer"));
        } else {
            renewals.add(new Renewal(++renewalNumber, done));
            renewCall = null; // Asks at once for the newest one; its answer serves those before.
        }
    }

    /**
     * Closes the session after the pending transactions; no session means done.
     *
     * @param done completed when closed
     */
    public void close(CompletableFuture<Void> done) {
        if (submits.session() == null) {
            done.complete(null);
            return;
        }
        closings.add(done);
        submits.drain();
    }

    /**
     * Sends what is due. Called after events and at {@link #nextWakeNs}.
     *
     * @param nowNs the time
     */
    public void flush(long nowNs) {
        Opening opening = openings.peek();
        if (openCall == null && opening != null) {
            openCall = start(this::sendOpen, nowNs);
        }
        SessionId session = submits.session();
        if (renewCall == null && !renewals.isEmpty() && session != null) {
            renewCall = start(number -> sendRenew(session, number), nowNs);
        }
        if (closeCall == null && !closings.isEmpty() && session != null && submits.isIdle()) {
            closeCall = start(number -> sendClose(session, number), nowNs);
        }
        for (Call call : new @Nullable Call[] {openCall, renewCall, closeCall}) {
            if (call != null && nowNs - call.retryAt >= 0) {
                if (!call.refused) {
                    finder.onSilence(call.asked);
                    call.silenceNs = Math.min(2 * call.silenceNs, SubmitProtocol.MAX_SILENCE_NS);
                }
                ask(call, nowNs);
            }
        }
    }

    /**
     * A leader was heard of: asks it for everything that waits.
     *
     * @param leader the leader
     * @param nowNs  the time
     */
    public void onLeader(Leader leader, long nowNs) {
        finder.onLeader(leader);
        for (Call call : new @Nullable Call[] {openCall, renewCall, closeCall}) {
            if (call != null && !call.asked.equals(finder.target())) {
                ask(call, nowNs);
            }
        }
    }

    /**
     * An answer to one of these requests.
     *
     * @param tag     which one
     * @param outcome what it came to
     * @param nowNs   the time
     */
    public void onAnswered(Message.Tag tag, Outcome outcome, long nowNs) {
        SessionId session = submits.session();
        if (tag.kind() == Message.Kind.OPEN) {
            Opening opening = openings.peek();
            if (opening != null && opening.nonce == tag.life()) {
                onOpenAnswered(opening, outcome, nowNs);
            }
        } else if (session != null && session.incarnation() == tag.life()) {
            if (tag.kind() == Message.Kind.RENEW && outcome instanceof Outcome.Ticked ticked) {
                onTicked(session, tag.number(), ticked);
            } else if (tag.kind() == Message.Kind.CLOSE && outcome instanceof Outcome.SessionEnded) {
                onEnded(session, "session " + session + " was closed by this node");
            }
        }
    }

    /**
     * A voter does not lead.
     *
     * @param voter the voter
     * @param tag   what it was asked
     * @param hint  whom it takes for the leader
     * @param nowNs the time
     */
    public void onNotLeading(String voter, Message.Tag tag, @Nullable Leader hint, long nowNs) {
        Call call = switch (tag.kind()) {
            case OPEN -> openCall;
            case RENEW -> renewCall;
            case CLOSE -> closeCall;
            case SUBMIT -> throw new IllegalArgumentException("not a session request: " + tag);
        };
        if (call == null || call.attempt != tag.attempt() || call.refused) {
            return;
        }
        if (finder.onNotLeading(voter, hint)) {
            ask(call, nowNs);
        } else {
            retrySoon(call, nowNs);
        }
    }

    /**
     * The session is over, as any part of the node has learned.
     *
     * @param session the session
     * @param reason  why
     */
    public void onEnded(SessionId session, String reason) {
        if (session.equals(submits.session())) {
            submits.endSession(reason);
        }
        closeCall = null;
        renewCall = null;
        failRenewals(new MetadataException(Code.SESSION_ENDED, reason));
        closings.forEach(closed -> closed.complete(null));
        closings.clear();
    }

    /**
     * Fails everything that waits.
     *
     * @param failure why
     */
    public void failPending(MetadataException failure) {
        openings.forEach(opening -> opening.done.completeExceptionally(failure));
        openings.clear();
        openCall = null;
        renewCall = null;
        closeCall = null;
        failRenewals(failure);
        closings.forEach(closed -> closed.completeExceptionally(failure));
        closings.clear();
    }

    private void onOpenAnswered(Opening opening, Outcome outcome, long nowNs) {
        if (outcome instanceof Outcome.SessionOpened opened) {
            openings.remove();
            openCall = null;
            SessionId old = submits.session();
            if (old != null && !old.equals(opened.session())) {
                onEnded(old, "session " + old + " was replaced by " + opened.session());
            }
            submits.onSessionOpened(opened.session());
            opening.done.complete(opened.session());
        } else if (outcome instanceof Outcome.SessionHeld held && opening.life != null) {
            openings.remove();
            openCall = null;
            opening.done.completeExceptionally(cannotJoin(opening.life, held));
        } else if (outcome instanceof Outcome.SessionHeld held) {
            if (!opening.held) {
                opening.held = true;
                long waitMillis = Math.max(held.holderTtlMillis(), opening.ttlMillis);
                // The leader's clock may run slower than ours: a lease plus 5 % covers its deadline.
                opening.heldUntil = nowNs + waitMillis * 1_050_000 + expirySlackNs;
            }
            if (nowNs - opening.heldUntil >= 0) {
                openings.remove();
                openCall = null;
                opening.done.completeExceptionally(new MetadataException(
                        Code.SESSION_HELD,
                        "node id " + nodeId + " is held by live session " + held.holder() + " of data directory "
                                + held.holderStorageId() + " (ours is " + storageId
                                + "): stop the other process, or give this node its own id"));
                return;
            }
            Call call = openCall;
            if (call != null) {
                call.refused = true;
                call.retryAt = nowNs + HELD_RETRY_NS;
            }
        }
    }

    private void onTicked(SessionId session, long number, Outcome.Ticked ticked) {
        if (ticked.ended().contains(session)) {
            onEnded(session, "session " + session + " has ended: its keep-alives did not arrive in time");
            return;
        }
        for (Iterator<Renewal> waiting = renewals.iterator(); waiting.hasNext(); ) {
            Renewal renewal = waiting.next();
            if (renewal.number <= number) {
                waiting.remove();
                renewal.done.complete(ticked.revision());
            }
        }
        if (renewals.isEmpty()) {
            renewCall = null;
        }
    }

    private void failRenewals(MetadataException failure) {
        renewals.forEach(renewal -> renewal.done.completeExceptionally(failure));
        renewals.clear();
    }

    private Call start(LongConsumer send, long nowNs) {
        Call call = new Call(send, submits.patienceNs());
        ask(call, nowNs);
        return call;
    }

    private void ask(Call call, long nowNs) {
        call.attempt = ++attempt;
        call.refused = false;
        call.asked = finder.target();
        call.retryAt = nowNs + call.silenceNs;
        dropped = false;
        call.send.accept(call.attempt);
        if (dropped) {
            finder.onSilence(call.asked);
            retrySoon(call, nowNs);
        }
    }

    /** Whether the output dropped the message of the running {@link #ask}. */
    private boolean dropped;

    private static void retrySoon(Call call, long nowNs) {
        call.refused = true;
        call.retryAt = nowNs + call.paceNs;
        call.paceNs = Math.min(2 * call.paceNs, SubmitProtocol.MAX_PACE_NS);
    }

    private void sendOpen(long number) {
        Opening opening = openings.element();
        SessionId life = opening.life;
        send(
                new Message.Tag(Message.Kind.OPEN, opening.nonce, 0, number),
                life == null
                        ? new Command.OpenSession(nodeId, storageId, opening.nonce, opening.ttlMillis)
                        : new Command.JoinSession(life, storageId, opening.nonce, opening.ttlMillis));
    }

    private void sendClose(SessionId session, long number) {
        send(new Message.Tag(Message.Kind.CLOSE, session.incarnation(), 0, number), new Command.CloseSession(session));
    }

    private void send(Message.Tag tag, Command command) {
        dropped = !output.toVoter(finder.target(), new Message.Propose(tag, EntryCodec.encodeCommand(command)));
    }

    private void sendRenew(SessionId session, long number) {
        Renewal newest = renewals.getLast();
        Message.Tag tag = new Message.Tag(Message.Kind.RENEW, session.incarnation(), newest.number, number);
        dropped = !output.toVoter(finder.target(), new Message.Renew(tag, session));
    }

    private MetadataException noSession() {
        return new MetadataException(Code.NO_SESSION, "no session of node " + nodeId + " is open: openSession first");
    }
}
