package io.troupe.metadata.internal.submit;

import java.util.List;

import io.troupe.metadata.MetadataView.Leader;
import org.jspecify.annotations.Nullable;

/**
 * Knows which voter to ask next. Follows the newest leader heard of, which need not be in the list: voters are added at
 * run time. When that one fails, asks the voters of the list in turn.
 */
public final class LeaderFinder {
    private final List<String> voters;
    private String target;

    /** Term of the newest leader heard of; never goes back. */
    private long term;

    /** Where the turn has come to; moves at every silence, so no voter is left out for ever. */
    private int turn;

    /**
     * Asks this voter first.
     *
     * @param voters all voters, not empty
     * @param first  the one to begin with; when it is no voter, the first of the list
     */
    public LeaderFinder(List<String> voters, String first) {
        this.voters = List.copyOf(voters);
        turn = Math.max(0, this.voters.indexOf(first));
        target = this.voters.get(turn);
    }

    /** {@return the voter to ask now} */
    public String target() {
        return target;
    }

    /**
     * A leader was heard of.
     *
     * @param leader the leader and its term
     * @return true if it is newer than what was known, so that asking again makes sense at once
     */
    public boolean onLeader(@Nullable Leader leader) {
        if (leader == null || leader.term() <= term) {
            return false;
        }
        term = leader.term();
        target = leader.nodeId();
        return true;
    }

    /**
     * A voter says that it does not lead.
     *
     * @param voter who says so
     * @param hint  whom it takes for the leader
     * @return true if the hint is news
     */
    public boolean onNotLeading(String voter, @Nullable Leader hint) {
        if (onLeader(hint)) {
            return true;
        }
        if (voter.equals(target)) {
            if (hint != null && hint.term() == term && !hint.nodeId().equals(voter)) {
                target = hint.nodeId();
            } else {
                next();
            }
        }
        return false;
    }

    /**
     * A voter has not answered in time.
     *
     * @param voter the silent one
     */
    public void onSilence(String voter) {
        if (voter.equals(target)) {
            next();
        }
    }

    private void next() {
        do {
            turn = (turn + 1) % voters.size();
        } while (voters.size() > 1 && voters.get(turn).equals(target));
        target = voters.get(turn);
    }
}
