package io.troupe.actors.internal.durable;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The commits of one activation of a durable entity, in order: which are under way, on what each was computed, and what
 * may be told when. Pure; confined to the entity's cell.
 *
 * <p>The next message runs on the newest state, committed or not. Every result takes a place, also one that leaves the
 * state as it is, and is told only when all places before it are known to be committed. Results of the store arrive in
 * the order of the proposals. When a state-changing place is refused, what was computed on it is refused by the store
 * as well (its predecessor never came to be); once the last of those answers is in, their messages go back to the head
 * of the mailbox, in order, and the state falls back to the last committed one. Until then nothing may be proposed.
 *
 * <p>A transaction of several entities has one place in the log of each. It is refused in all of them if it is in one,
 * and goes back to the head of each mailbox, so that all entities keep the order in which their transactions came.
 *
 * @param <T> what stands for a message
 * @param <S> the state
 */
public final class EntityCommitLog<T, S> {
    private final long epoch;
    private final long activation;
    /** Places without an answer, oldest first. */
    private final SparseDeque<Place<T, S>> underWay = new SparseDeque<>();

    private List<T> discarded = List.of();
    private @Nullable CommitId committedId;
    private S committedState;
    private @Nullable CommitId newestId;
    private S newestState;
    private long number;
    private boolean broken;
    private boolean lost;

    /** What the store answered to a proposal. */
    public enum Answer {
        /** The transaction was applied. */
        COMMITTED,
        /** The message was settled before, or nobody waits for it any more: its effect must not be applied again. */
        SETTLED_BEFORE,
        /** The predecessor is not the newest commit. */
        NOT_THE_SUCCESSOR,
        /** The transaction has places of several entities, and what one of them was computed on never came to be. */
        REFUSED_TOGETHER,
        /** The fence was raised, or the session is over: another owner goes on. */
        FENCED
    }

    /**
     * One result in its place.
     *
     * @param message     the message
     * @param predecessor the commit it was computed on; null when nothing was ever stored
     * @param id          the commit it makes, or null when it leaves the state as it is
     * @param next        the state it makes, or null when it leaves the state as it is
     * @param <T>         what stands for a message
     * @param <S>         the state
     */
    public record Place<T, S>(
            T message,
            @Nullable CommitId predecessor,
            @Nullable CommitId id,
            @Nullable S next) {}

    /** What follows from an answer. */
    public enum Step {
        /** Tell the result of the place. */
        TELL,
        /** Tell what the store kept for the message. */
        TELL_AS_SETTLED,
        /** Nothing to tell now. */
        NOTHING,
        /** Stop: the entity is not ours any more. */
        STOP
    }

    /**
     * An activation on what was loaded.
     *
     * @param stored     the commit id found in the store, or null if the entity has never been stored
     * @param state      the state found there, or the initial one
     * @param epoch      the shard's epoch
     * @param activation a number that no earlier load of this epoch had
     */
    public EntityCommitLog(@Nullable CommitId stored, S state, long epoch, long activation) {
        this.committedId = stored;
        this.committedState = state;
        this.newestId = stored;
        this.newestState = state;
        this.epoch = epoch;
        this.activation = activation;
    }

    /** {@return the state that the next message runs on; it may not be committed yet} */
    public S state() {
        return newestState;
    }

    /** {@return how many places wait for their answer} */
    public int inFlight() {
        return underWay.size();
    }

    /** {@return true if the next message may run; false while refused places are being cleared, and after a stop} */
    public boolean mayPropose() {
        return !broken && !lost;
    }

    /**
     * Takes the next place.
     *
     * @param message the message
     * @param next    its new state, or null to leave it as it is
     * @return the place, to be proposed to the store in this order
     * @throws IllegalStateException if nothing may be proposed now
     */
    public Place<T, S> propose(T message, @Nullable S next) {
        if (!mayPropose()) {
            throw new IllegalStateException("nothing may be proposed while " + (lost ? "lost" : "clearing refusals"));
        }
        CommitId id = next == null ? null : new CommitId(epoch, activation, ++number);
        Place<T, S> place = new Place<>(message, newestId, id, next);
        underWay.addLast(place);
        if (next != null) {
            newestId = id;
            newestState = next;
        }
        return place;
    }

    /**
     * Takes the newest place back, because the store has not even taken its transaction.
     *
     * @param place  the newest place
     * @param before the state it was computed on
     * @throws IllegalStateException if it is not the newest place
     */
    @SuppressWarnings("ReferenceEquality") // the very place that was proposed, not one like it
    public void withdraw(Place<T, S> place, S before) {
        if (underWay.peekLast() != place) {
            throw new IllegalStateException(place + " cannot be withdrawn: the newest is " + underWay.peekLast());
        }
        underWay.pollLast();
        if (place.next() != null) {
            newestId = place.predecessor();
            newestState = before;
        }
    }

    /**
     * The store has answered the oldest place.
     *
     * @param place  the oldest place
     * @param answer what the store says
     * @return what to do about the place
     * @throws IllegalStateException if it is not the oldest place, or the answer cannot be
     */
    @SuppressWarnings("ReferenceEquality") // the very place that was proposed, not one like it
    public Step onAnswer(Place<T, S> place, Answer answer) {
        if (lost) {
            return Step.NOTHING;
        }
        if (underWay.peekFirst() != place) {
            throw new IllegalStateException(
                    "answer " + answer + " for " + place + ", but the oldest place is " + underWay.peekFirst());
        }
        underWay.pollFirst();
        Step step = switch (answer) {
            case COMMITTED -> committed(place);
            case SETTLED_BEFORE -> {
                // What was computed on this place's state was computed on a state that never came to be.
                broken |= place.next() != null;
                yield Step.TELL_AS_SETTLED;
            }
            case NOT_THE_SUCCESSOR -> {
                if (!broken) {
                    throw new IllegalStateException("the store does not know predecessor " + place.predecessor()
                            + " of epoch " + epoch + ", and no place before was refused");
                }
                discard(place);
                yield Step.NOTHING;
            }
            case REFUSED_TOGETHER -> {
                // Also when it left this state as it is: what was proposed behind it must not go ahead of it when it
                // runs again, or two transactions could wait for each other.
                broken = true;
                discard(place);
                yield Step.NOTHING;
            }
            case FENCED -> {
                lost = true;
                yield Step.STOP;
            }
        };
        if (broken && underWay.isEmpty()) {
            newestId = committedId;
            newestState = committedState;
        }
        return step;
    }

    private void discard(Place<T, S> place) {
        if (discarded.isEmpty()) {
            discarded = new ArrayList<>();
        }
        discarded.add(place.message());
    }

    private Step committed(Place<T, S> place) {
        S next = place.next();
        if (next != null) {
            committedId = place.id();
            committedState = next;
        }
        return Step.TELL;
    }

    /**
     * Ends the clearing of refused places once all answers are in.
     *
     * @return the messages that must run again, before all others, in this order; empty if there is nothing to clear
     */
    public List<T> takeDiscarded() {
        if (!broken || !underWay.isEmpty()) {
            return List.of();
        }
        List<T> again = discarded;
        discarded = List.of();
        broken = false;
        return again;
    }
}
