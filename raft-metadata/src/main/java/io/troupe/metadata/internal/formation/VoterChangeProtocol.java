package io.troupe.metadata.internal.formation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.formation.Identity.Group;
import io.troupe.metadata.internal.formation.Identity.Member;
import org.jspecify.annotations.Nullable;

/**
 * The leader's side of adding or removing one voter. At every step it compares the voters that this leader has applied
 * with those that are wanted, and proposes at most one difference to Raft at a time.
 *
 * <p>To add a node: it is heard of, with an empty directory; if its node id is a voter with another directory, that one
 * answers no more and is removed first, because both have one address and the leader's appends to the lost voter would
 * reach the new one; it has adopted the group, so its Raft server runs; it is proposed, and Raft makes it catch up
 * before it counts; it says itself that it is a running voter of the group. Only then is it done.
 *
 * <p>A node's further groups follow ({@link VoterSyncProtocol}). A change is over, and the next one begins, only when
 * this leader's replicas of all of them have the voters that are wanted: so no group is ever more than one voter
 * behind.
 *
 * <p>What a voter said just before it was lost does not prove that it runs. So only one that speaks a while after the
 * question is refused as a voter already; until then the change waits for its silence or for its new directory.
 *
 * <p>A voter whose disk was lost counts for nothing: the group without it needs no more living voters for a majority
 * than with it, so nothing is lost if the second half fails.
 *
 * <p>Pure: time is a parameter, {@link Output} is the only way out. Confined to the metadata thread.
 */
public final class VoterChangeProtocol {
    /** How often a step is looked at again, in ns. */
    static final long LOOK_NS = 10_000_000;

    /** What arrives so long after it was said is rare, in ns: a voter that is heard of later than that still runs. */
    static final long ON_ITS_WAY_NS = FormationProtocol.CALM_NS;

    private final FormationProtocol formation;
    private final Output output;

    private @Nullable Change change;

    /** The peer ids proposed to Raft, as long as they are not applied here. */
    private @Nullable Set<String> proposed;

    /** The new voter was applied here: what is left is that it says so itself. */
    private boolean added;

    /** How the protocol reaches the world. */
    public interface Output {
        /**
         * Proposes other voters to Raft; {@link #onRefused} follows if that fails,
         * {@link FormationProtocol#onCommitted} on success.
         *
         * @param current what they must be now
         * @param wanted  what they shall be
         */
        void propose(List<Member> current, List<Member> wanted);

        /** {@return the peer ids that have answered this leader lately, its own among them} */
        Set<String> answering();

        /**
         * {@return the further group of this node that has other voters than these, with what it has; null if none}
         *
         * @param group the voters
         */
        @Nullable
        String behind(Group group);

        /** Takes back what Raft has not decided: this leader steps down. */
        void abandon();

        /**
         * The change is over.
         *
         * @param failure why it failed, or null
         */
        void onOver(@Nullable MetadataException failure);
    }

    /**
     * What is wanted.
     *
     * @param nodeId     the node
     * @param voter      its address if it is to be added, or null if it is to be removed
     * @param askedNs    when it was asked for
     * @param deadlineNs when to give up
     */
    private record Change(String nodeId, @Nullable Voter voter, long askedNs, long deadlineNs) {}

    /**
     * No change is wanted.
     *
     * @param formation knows the group, and what other nodes say
     * @param output    the way out
     */
    public VoterChangeProtocol(FormationProtocol formation, Output output) {
        this.formation = formation;
        this.output = output;
    }

    /**
     * Adds a voter; the leader only.
     *
     * @param voter   the node and its Raft address
     * @param nowNs   the time
     * @param limitNs how long that may take
     * @return why it is refused, or null if it goes on
     */
    public @Nullable MetadataException add(Voter voter, long nowNs, long limitNs) {
        MetadataException refusal = refusal(voter.nodeId());
        if (refusal == null) {
            begin(new Change(voter.nodeId(), voter, nowNs, nowNs + limitNs), nowNs);
        }
        return refusal;
    }

    /**
     * Removes a voter; the leader only.
     *
     * @param nodeId  the voter
     * @param nowNs   the time
     * @param limitNs how long that may take
     * @return why it is refused, or null if it goes on
     */
    public @Nullable MetadataException remove(String nodeId, long nowNs, long limitNs) {
        MetadataException refusal = refusal(nodeId);
        Group group = formation.self().group();
        if (refusal != null || group == null) {
            return refusal;
        }
        Member member = group.member(nodeId);
        if (member == null) {
            return new MetadataException(
                    Code.BAD_CONFIG, "node " + nodeId + " is no voter: name one of " + group.peerIds());
        }
        if (group.members().size() == 1) {
            return new MetadataException(
                    Code.UNSAFE,
                    "node " + nodeId + " is the last voter, without it nothing is left: add another first");
        }
        if (nodeId.equals(formation.self().nodeId())) {
            return new MetadataException(
                    Code.BAD_CONFIG,
                    "node " + nodeId + " leads: call transferLeadership first, and then removeVoter on the new leader");
        }
        refusal = unsafe(group, member);
        if (refusal == null) {
            begin(new Change(nodeId, null, nowNs, nowNs + limitNs), nowNs);
        }
        return refusal;
    }

    /**
     * Raft has refused the proposal, or its outcome is unknown.
     *
     * @param reason what Raft says
     */
    public void onRefused(String reason) {
        Change current = change;
        if (current != null && proposed != null) {
            over(new MetadataException(
                    Code.FAILED,
                    "the voters were not changed for node " + current.nodeId + ": " + reason
                            + ": look at the voters of the leader before you try again"));
        }
    }

    /** This node no longer leads: whatever was proposed has an unknown outcome. */
    public void onNotLeading() {
        Change current = change;
        if (current != null) {
            over(new MetadataException(
                    Code.FAILED,
                    "node " + formation.self().nodeId() + " no longer leads, and does not know what became of node "
                            + current.nodeId
                            + " as a voter: look at the voters of the new leader, and try again there"));
        }
    }

    /**
     * {@return when {@link #flush} has to be called at the latest, in ns, or Long.MAX_VALUE}
     *
     * @param nowNs the time
     */
    public long nextWakeNs(long nowNs) {
        return change == null ? Long.MAX_VALUE : nowNs + LOOK_NS;
    }

    /**
     * Takes the next step if it is time for it.
     *
     * @param nowNs the time
     */
    public void flush(long nowNs) {
        Change current = change;
        Group group = formation.self().group();
        if (current == null || group == null) {
            return;
        }
        if (proposed != null && proposed.equals(group.peerIds())) {
            proposed = null;
        }
        if (nowNs - current.deadlineNs >= 0) {
            giveUp(current, group, nowNs);
        } else if (proposed == null) {
            Voter voter = current.voter;
            if (voter == null) {
                stepOfRemoval(current, group);
            } else {
                stepOfAddition(current, voter, group, nowNs);
            }
        }
    }

    private void stepOfRemoval(Change current, Group group) {
        Member member = group.member(current.nodeId);
        if (member == null) {
            overOnceAllFollow(group);
        } else {
            propose(group, without(group, member));
        }
    }

    private void stepOfAddition(Change current, Voter voter, Group group, long nowNs) {
        Identity joiner = formation.heard(voter.nodeId(), nowNs);
        if (joiner == null) {
            return; // It may come in time.
        }
        Member member = group.member(voter.nodeId());
        if (member != null && member.storageId().equals(joiner.storageId())) {
            if (!added && runs(current)) {
                over(new MetadataException(
                        Code.BAD_CONFIG, "node " + voter.nodeId() + " is a voter already, as " + member.peerId()));
            } else if (added && joiner.isMember()) {
                overOnceAllFollow(group);
            }
        } else if (member != null) {
            if (!output.answering().contains(member.peerId())) {
                MetadataException refusal = unsafe(group, member);
                if (refusal == null) {
                    propose(group, without(group, member));
                } else {
                    over(refusal);
                }
            }
        } else if (joiner.group() != null && !joiner.isMember()) {
            // Who takes itself for a voter is one that was removed, and does not know it yet.
            added = true;
            List<Member> wanted = new ArrayList<>(group.members());
            wanted.add(new Member(voter, joiner.storageId()));
            propose(group, wanted);
        }
    }

    /** True if the voter of that node id has spoken when it cannot have been lost before the question. */
    private boolean runs(Change current) {
        Long heardAt = formation.heardAtNs(current.nodeId);
        return heardAt != null && heardAt - current.askedNs > ON_ITS_WAY_NS;
    }

    private void giveUp(Change current, Group group, long nowNs) {
        Identity joiner = formation.heard(current.nodeId, nowNs);
        Member member = group.member(current.nodeId);
        String behind = output.behind(group);
        String what;
        if (proposed == null && behind != null && (current.voter == null ? member == null : member != null && added)) {
            what = "the first group has done it, and the others follow: " + behind
                    + "; look at the errors of that group's leader";
        } else if (proposed != null) {
            output.abandon();
            what = current.voter == null
                    ? "no majority has confirmed the removal; it may still happen"
                    : "it has not caught up with the log; this leader steps down to take the proposal back. Check that it is"
                            + " reached at " + current.voter;
        } else if (joiner == null) {
            what = "it is not heard of: start it with joining and an empty directory, and check its connections";
        } else if (added) {
            what = "it is a voter now, but does not say that it runs: look at its errors, restart it, or remove it";
        } else if (member != null && member.storageId().equals(joiner.storageId())) {
            what = "its voter " + member.peerId() + " was heard of until lately, and has to be silent before another"
                    + " directory takes its place: if it is lost, ask again with a limit of some seconds";
        } else if (member != null) {
            what = "its directory has the storage id " + joiner.storageId() + ", but a voter with " + member.storageId()
                    + " still answers: stop that one, or remove it";
        } else {
            what = joiner.isMember()
                    ? "its directory is that of a voter that was removed: start it with an empty one"
                    : "it has not taken over the group: start it with joining";
        }
        over(new MetadataException(
                Code.FAILED,
                "node " + current.nodeId + " was not " + (current.voter == null ? "removed" : "added") + " in time, "
                        + what));
    }

    private void begin(Change wanted, long nowNs) {
        change = wanted;
        added = false;
        proposed = null;
        flush(nowNs);
    }

    private void propose(Group group, List<Member> wanted) {
        proposed = wanted.stream().map(Member::peerId).collect(Collectors.toCollection(TreeSet::new));
        output.propose(group.members(), wanted);
    }

    private void overOnceAllFollow(Group group) {
        if (output.behind(group) == null) {
            over(null);
        }
    }

    private void over(@Nullable MetadataException failure) {
        change = null;
        proposed = null;
        output.onOver(failure);
    }

    private @Nullable MetadataException refusal(String nodeId) {
        Change current = change;
        Group group = formation.self().group();
        String behind = group == null ? null : output.behind(group);
        if (current == null && behind != null) {
            return new MetadataException(
                    Code.BUSY,
                    "node " + nodeId + " cannot become a voter or none yet, because an earlier change is not done: "
                            + behind
                            + ": try again later, and if that lasts look at the errors of that group's leader");
        }
        return current == null
                ? null
                : new MetadataException(
                        Code.BUSY,
                        "node " + current.nodeId + " is being " + (current.voter == null ? "removed" : "added")
                                + ", and voters change one at a time: try node " + nodeId + " again later");
    }

    /**
     * Those that are left must be a majority of themselves, in every group, or nothing could be committed without this
     * voter: it stops for good, and with it all of its groups.
     */
    private @Nullable MetadataException unsafe(Group group, Member without) {
        Set<String> answering = output.answering();
        List<String> silent = without(group, without).stream()
                .filter(member -> !answering.contains(member.peerId()) || !formation.isWhole(member))
                .map(Member::peerId)
                .toList();
        int left = group.members().size() - 1;
        return left - silent.size() > left / 2
                ? null
                : new MetadataException(
                        Code.UNSAFE,
                        "without node " + without.voter().nodeId() + " there would be " + left + " voters, of which "
                                + silent
                                + " do not answer, or not with all groups: that is no majority; start them, or remove them"
                                + " first");
    }

    private static List<Member> without(Group group, Member member) {
        return group.members().stream().filter(other -> !other.equals(member)).toList();
    }
}
