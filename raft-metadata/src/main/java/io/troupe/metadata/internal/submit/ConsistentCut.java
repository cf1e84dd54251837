package io.troupe.metadata.internal.submit;

import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.state.StateView;

/**
 * Takes the states of all groups as of one moment, while all of them go on: a consistent cut (Chandy and Lamport, 1985)
 * of logs that have nothing in common. Whatever is in it, all that came before it, in any group, is in it too.
 *
 * <p>The state of each further group is read; then that of the first group; then each further group is read again. If
 * its data are still the same, they were that when the first group was read, whatever else has happened: the second
 * reading has everything that was committed by then. So the moment of the cut is that of the first group's reading. If
 * data have changed, all is read anew.
 *
 * <p>For that to come to an end under a load, the leaders of the further groups are asked to put no transactions into
 * their logs meanwhile ({@link Holds}). Nothing of the above depends on that they do.
 *
 * <p>Pure: {@link Output} is the only way out. Confined to one thread; calls of {@link Output} may come back at once.
 */
public final class ConsistentCut {
    /** How often all is read before it is given up. */
    static final int ATTEMPTS = 5;

    /** How long a group is asked to stand still at first, in ms; twice as long with each new attempt. */
    static final int HOLD_MILLIS = 500;

    /** The longest, in ms. */
    static final int MAX_HOLD_MILLIS = 4_000;

    private final int groups;
    private final Output output;

    /** What was read in this attempt, by group; the first one's is added last. */
    private final List<StateView> first = new ArrayList<>();

    private Step step = Step.DONE;

    /** Names what is being read: an answer to an earlier question is none. */
    private long question;

    private int unanswered;
    private int attempt;

    private enum Step {
        FURTHER_GROUPS,
        FIRST_GROUP,
        AGAIN,
        DONE
    }

    /** How the cut reaches the groups. */
    public interface Output {
        /**
         * Asks whoever leads a group to put no transactions into its log.
         *
         * @param group  the group
         * @param millis for how long; 0 if no longer
         */
        void hold(int group, int millis);

        /**
         * Asks for a linearizable read point of a group: {@link #onPoint} or {@link #onFailure} follows.
         *
         * @param group    the group
         * @param question to be repeated by the answer
         */
        void ask(int group, long question);

        /**
         * {@return the newest state of a group that this node has}
         *
         * @param group the group
         */
        StateView state(int group);

        /**
         * It is done.
         *
         * @param states the states of all groups, as of one moment
         */
        void onCut(List<StateView> states);

        /**
         * There is no cut.
         *
         * @param failure why
         */
        void onNoCut(Throwable failure);
    }

    /**
     * A cut that is not begun.
     *
     * @param groups how many groups there are
     * @param output reaches them
     */
    public ConsistentCut(int groups, Output output) {
        this.groups = groups;
        this.output = output;
    }

    /** Begins; once. */
    public void begin() {
        attempt++;
        int hold = Math.min(HOLD_MILLIS << (attempt - 1), MAX_HOLD_MILLIS);
        for (int group = 1; group < groups; group++) {
            output.hold(group, hold);
        }
        first.clear();
        for (int group = 1; group < groups; group++) {
            first.add(StateView.EMPTY);
        }
        read(Step.FURTHER_GROUPS);
    }

    /**
     * The state of a group, {@link Output#state}, has everything that was acknowledged before the question.
     *
     * @param group    the group
     * @param answered the question
     */
    public void onPoint(int group, long answered) {
        if (answered != question || step == Step.DONE) {
            return;
        }
        switch (step) {
            case FURTHER_GROUPS -> first.set(group - 1, output.state(group));
            case FIRST_GROUP -> first.add(0, output.state(0));
            case AGAIN -> {
                if (!output.state(group).hasDataOf(first.get(group))) {
                    readAnew(group);
                    return;
                }
            }
            case DONE -> {}
        }
        unanswered--;
        goOn();
    }

    /**
     * A group could not be read.
     *
     * @param answered the question
     * @param failure  why
     */
    public void onFailure(long answered, Throwable failure) {
        if (answered == question && step != Step.DONE) {
            end();
            output.onNoCut(failure);
        }
    }

    private void read(Step next) {
        step = next;
        long asked = ++question;
        if (next == Step.FIRST_GROUP) {
            unanswered = 1;
            output.ask(0, asked);
            return;
        }
        unanswered = groups - 1;
        if (unanswered == 0) {
            goOn();
        }
        for (int group = 1; group < groups && asked == question; group++) {
            output.ask(group, asked);
        }
    }

    private void goOn() {
        if (unanswered > 0) {
            return;
        }
        switch (step) {
            case FURTHER_GROUPS -> read(Step.FIRST_GROUP);
            case FIRST_GROUP -> read(Step.AGAIN);
            case AGAIN -> {
                end();
                output.onCut(List.copyOf(first));
            }
            case DONE -> {}
        }
    }

    private void readAnew(int changed) {
        if (attempt < ATTEMPTS) {
            begin();
            return;
        }
        end();
        output.onNoCut(new MetadataException(
                Code.BUSY,
                "no moment was found that all " + groups + " groups have in common, because group " + changed
                        + " has changed in each of " + ATTEMPTS
                        + " attempts: ask again when the leaders of all groups stand, and this node reaches them"));
    }

    private void end() {
        step = Step.DONE;
        for (int group = 1; group < groups; group++) {
            output.hold(group, 0);
        }
    }
}
