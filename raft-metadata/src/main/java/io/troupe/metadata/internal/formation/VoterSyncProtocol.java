package io.troupe.metadata.internal.formation;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.troupe.metadata.internal.formation.Identity.Member;
import org.jspecify.annotations.Nullable;

/**
 * The side of a further group's leader: makes its voters those of the first group, which decides alone who votes. It
 * knows nothing but the two lists, and compares them again and again; so a change that was interrupted between two
 * groups goes on with whoever leads next, and nothing of it has to be remembered.
 *
 * <p>Who is a voter here and none of the first group any more is removed, once it is silent: a removed node stops. One
 * that answers is not removed here, because then this node may only be behind in the log of the first group. Who is
 * missing is added: it is invited, so that its Raft server has the group, and proposed once it says so. It is invited
 * only when the committed voters are without another directory of the same node, whose appends would reach the new one.
 * A leader that does not hear of the first group any more, because that is dead on its node, hands over to who does.
 *
 * <p>A leader whose voters are right hands over to the preferred voter of the group, once in its life: the leaders of
 * the groups are not to be all on one node. It does not insist.
 *
 * <p>Invariants: one proposal at a time, and each differs from the committed voters by one.
 *
 * <p>Pure: time is a parameter, {@link Output} is the only way out. Confined to the metadata thread of the group.
 */
public final class VoterSyncProtocol {
    /** How often the voters are compared, in ns. */
    static final long LOOK_NS = 200_000_000;

    /** How long a leader has led before it hands over, in ns: then the start is over. */
    static final long SPREAD_NS = 1_000_000_000;

    private final int group;
    private final String self;
    private final Output output;

    /** The peer ids that have said that their Raft server has the group. */
    private final Set<String> joined = new TreeSet<>();

    private boolean leading;
    private long leadingSince;
    private long lookAt;
    private boolean proposed;
    private boolean spread;

    /** How the protocol reaches the world. */
    public interface Output {
        /**
         * Asks a node to let its Raft server have the group; {@link #onJoined} follows.
         *
         * @param joiner the node
         */
        void invite(Member joiner);

        /**
         * Proposes other voters to Raft; {@link #onDecided} follows.
         *
         * @param current what they must be now
         * @param wanted  what they shall be
         */
        void propose(List<Member> current, List<Member> wanted);

        /** {@return the peer ids that have answered this leader lately, its own among them} */
        Set<String> answering();

        /**
         * Hands the leadership over, if that works.
         *
         * @param to the voter
         */
        void handOver(Member to);
    }

    /**
     * Of a node that does not lead.
     *
     * @param group  the group's number, from 1
     * @param self   this node's peer id
     * @param output the way out
     */
    public VoterSyncProtocol(int group, String self, Output output) {
        this.group = group;
        this.self = self;
        this.output = output;
    }

    /**
     * This node leads the group, or no longer.
     *
     * @param now   whether it does
     * @param nowNs the time
     */
    public void onLeading(boolean now, long nowNs) {
        if (leading == now) {
            return;
        }
        leading = now;
        leadingSince = nowNs;
        lookAt = nowNs;
        proposed = false; // What became of it shows in the voters.
        joined.clear();
    }

    /**
     * A node's Raft server has the group.
     *
     * @param peerId the node with its directory
     */
    public void onJoined(String peerId) {
        joined.add(peerId);
    }

    /** Raft has decided about the proposal, or its outcome is unknown: the voters show what it came to. */
    public void onDecided() {
        proposed = false;
    }

    /** {@return when {@link #flush} has to be called at the latest, in ns, or Long.MAX_VALUE} */
    public long nextWakeNs() {
        return leading ? lookAt : Long.MAX_VALUE;
    }

    /**
     * Takes the next step if it is time for it.
     *
     * @param current the voters of this group as Raft has committed them, null while that is not certain
     * @param wanted  those of the first group, as this node knows them; null if it hears no more of them
     * @param nowNs   the time
     */
    public void flush(@Nullable List<Member> current, @Nullable List<Member> wanted, long nowNs) {
        if (!leading || nowNs - lookAt < 0) {
            return;
        }
        lookAt = nowNs + LOOK_NS;
        if (current == null || proposed) {
            return;
        }
        if (wanted == null) {
            lookAt = nowNs + SPREAD_NS;
            handOver(current);
            return;
        }
        Member gone = firstWithout(current, wanted);
        Member missing = firstWithout(wanted, current);
        if (gone != null) {
            remove(gone, current);
        } else if (missing != null) {
            add(missing, current);
        } else if (!spread && nowNs - leadingSince >= SPREAD_NS) {
            spread = true;
            spread(current);
        }
    }

    private void remove(Member gone, List<Member> current) {
        if (!output.answering().contains(gone.peerId())) {
            propose(
                    current,
                    current.stream().filter(member -> !member.equals(gone)).toList());
        }
    }

    private void add(Member missing, List<Member> current) {
        if (joined.contains(missing.peerId())) {
            propose(current, Stream.concat(current.stream(), Stream.of(missing)).toList());
        } else {
            output.invite(missing);
        }
    }

    private void propose(List<Member> current, List<Member> wanted) {
        proposed = true;
        output.propose(current, wanted);
    }

    private void spread(List<Member> current) {
        Member preferred = current.stream()
                .sorted(Comparator.comparing(member -> member.voter().nodeId()))
                .toList()
                .get(group % current.size());
        if (!preferred.peerId().equals(self) && output.answering().contains(preferred.peerId())) {
            output.handOver(preferred);
        }
    }

    private void handOver(List<Member> current) {
        Set<String> answering = output.answering();
        current.stream()
                .filter(member -> !member.peerId().equals(self) && answering.contains(member.peerId()))
                .min(Comparator.comparing(Member::peerId))
                .ifPresent(output::handOver);
    }

    private static @Nullable Member firstWithout(List<Member> members, List<Member> others) {
        Set<String> known = new TreeSet<>();
        others.forEach(other -> known.add(other.peerId()));
        return members.stream()
                .filter(member -> !known.contains(member.peerId()))
                .findFirst()
                .orElse(null);
    }
}
