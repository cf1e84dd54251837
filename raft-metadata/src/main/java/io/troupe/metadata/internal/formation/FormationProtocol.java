package io.troupe.metadata.internal.formation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.formation.Identity.Group;
import io.troupe.metadata.internal.formation.Identity.Member;
import org.jspecify.annotations.Nullable;

/**
 * Forms the group of voters exactly once. Every seed with an empty directory tells its identity to every other seed,
 * again and again. When <em>all</em> seeds of the list have told the one with the lowest id that they are empty, that
 * one decides: it writes the group down and tells it, and each other seed writes it down in turn. A majority of empty
 * seeds is not enough, because the missing one may hold the data. Only an operator can know that it never ran: then
 * {@link #bootstrap} lets the same seed decide without the silent ones.
 *
 * <p>Afterwards the voters change as Raft commits it, told here by {@link #onCommitted}. A node that joins adopts the
 * group without being in it, and waits. Every voter goes on telling, at a slow pace: so a voter that was removed while
 * it was away learns it, because its storage id is added at most once.
 *
 * <p>A group can start from a backup instead of an empty state. Then every seed must have the same one: whoever wins
 * the first election has to have the state, and a backup that all of them have read needs nothing but what Raft does
 * anyway.
 *
 * <p>Safe at every crash: a seed's storage id is on its disk before it is told, only the seed with the lowest id ever
 * decides, and it has the group on its disk before it tells it. A seed that has the group answers every identity it
 * receives with its own, for as long as it runs, so late seeds learn it.
 *
 * <p>Pure: {@link Output} is the only way out. Confined to the metadata thread.
 */
public final class FormationProtocol {
    /** How often an unformed seed tells the others who it is, in ns. */
    static final long TELL_NS = 100_000_000;

    /** How often a voter of the group tells who it is, in ns. */
    static final long CALM_NS = 10 * TELL_NS;

    /** How long a bootstrap listens for a voter that has the group already, in ns. */
    static final long BOOTSTRAP_NS = 10 * TELL_NS;

    /** A seed that has been silent for so long is not there, in ns. */
    static final long SILENT_NS = 5 * TELL_NS;

    /** How long a seed goes on telling after it has found that it cannot join, in ns. */
    static final long FAIL_NS = 4 * TELL_NS;

    private final Output output;

    /** Waits to be added, if the group exists without this directory. */
    private final boolean joining;

    /** What the other seeds have told, by node id. */
    private final TreeMap<String, Identity> told = new TreeMap<>();

    /** When each of {@link #told} was told last, in ns. */
    private final TreeMap<String, Long> toldAt = new TreeMap<>();

    private Identity self;
    private long tellAt;
    private boolean failed;

    /** A seed with another list has called; this node fails when that one has surely been told of ours. */
    private @Nullable String problem;

    private long failAt;

    /** When a stranger was answered last. */
    private @Nullable Long strangerToldAt;

    /** An operator vouches for the silent seeds: the group is formed without them at {@link #bootstrapAt}. */
    private boolean bootstrapping;

    private long bootstrapAt;

    /** How the protocol reaches the world. */
    public interface Output {
        /**
         * Tells another voter who this node is.
         *
         * @param nodeId the voter
         * @param self   this node's identity
         */
        void tell(String nodeId, Identity self);

        /** {@return a random cluster id} */
        String newClusterId();

        /**
         * The group is known: write it to the disk, then go on. Told once, and not at all for a directory that has it.
         * A node that joins is not in it yet.
         *
         * @param formed this node's identity with the group
         */
        void onFormed(Identity formed);

        /**
         * The voters have changed, or this node has become one: write it to the disk.
         *
         * @param changed this node's identity with the group as it is now
         */
        void onChanged(Identity changed);

        /**
         * This voter is none any more. Told once.
         *
         * @param removed the identity it had
         */
        void onRemoved(Identity removed);

        /**
         * This node can never form or join the group. Told once.
         *
         * @param failure why, and what to change
         */
        void onFailed(MetadataException failure);

        /**
         * A seed of another cluster or with another list has called at this formed voter, which goes on.
         *
         * @param problem what is wrong with it
         */
        void onStranger(String problem);
    }

    /**
     * The protocol of a seed, or of a node that joins.
     *
     * @param self    what its directory says, already on disk
     * @param joining true if it waits to be added when the group exists without it
     * @param nowNs   the time
     * @param output  the way out
     */
    public FormationProtocol(Identity self, boolean joining, long nowNs, Output output) {
        this.self = self;
        this.joining = joining;
        this.output = output;
        tellAt = nowNs;
    }

    /** {@return true if the group is known} */
    public boolean isFormed() {
        return self.group() != null;
    }

    /** {@return when {@link #flush} has to be called at the latest, in ns, or Long.MAX_VALUE} */
    public long nextWakeNs() {
        if (failed) {
            return Long.MAX_VALUE;
        }
        if (isFormed()) {
            return tellAt;
        }
        long wake = problem == null ? tellAt : Math.min(tellAt, failAt);
        return bootstrapping ? Math.min(wake, bootstrapAt) : wake;
    }

    /**
     * Tells the other seeds while the group is not known, and decides when it can.
     *
     * @param nowNs the time
     */
    public void flush(long nowNs) {
        if (failed) {
            return;
        }
        if (!isFormed()) {
            String wrong = problem;
            if (wrong != null && nowNs - failAt >= 0) {
                fail(Code.BAD_CONFIG, wrong);
                return;
            }
            decide(nowNs);
        }
        if (nowNs - tellAt >= 0) {
            tellAll(nowNs);
        }
    }

    /** {@return what this node is now} */
    public Identity self() {
        return self;
    }

    /**
     * {@return what another node has said lately, or null}
     *
     * @param nodeId the node
     * @param nowNs  the time
     */
    public @Nullable Identity heard(String nodeId, long nowNs) {
        Identity other = told.get(nodeId);
        return other == null || isSilent(other, nowNs) ? null : other;
    }

    /**
     * {@return whether a voter has not said that a group of its is dead}
     *
     * @param member the voter, with its directory
     */
    boolean isWhole(Member member) {
        Identity other = member.voter().nodeId().equals(self.nodeId())
                ? self
                : told.get(member.voter().nodeId());
        return other == null || !other.storageId().equals(member.storageId()) || other.whole();
    }

    /**
     * The replica of a further group of this node is dead, and the others go on.
     *
     * @param nowNs the time
     */
    public void onGroupDead(long nowNs) {
        self = self.broken();
        if (isFormed()) {
            tellAll(nowNs);
        }
    }

    /**
     * {@return when another node has spoken last, on the clock of this one, or null if it never has}
     *
     * @param nodeId the node
     */
    @Nullable
    Long heardAtNs(String nodeId) {
        return toldAt.get(nodeId);
    }

    /**
     * Raft has committed these voters, and this node has applied it.
     *
     * @param group the group; older than what is known is ignored
     * @param nowNs the time
     */
    public void onCommitted(Group group, long nowNs) {
        Group known = self.group();
        if (known == null || group.version() <= known.version() || failed) {
            return;
        }
        boolean wasMember = self.isMember();
        Identity changed = self.formed(group);
        if (wasMember && !changed.isMember()) {
            remove();
            return;
        }
        if (!known.members().equals(group.members())) {
            output.onChanged(changed);
        }
        self = changed;
        tellAll(nowNs);
        known.members().stream()
                .filter(member -> !group.peerIds().contains(member.peerId()))
                .forEach(gone -> output.tell(gone.voter().nodeId(), self));
    }

    /**
     * Another voter has said who it is.
     *
     * @param other its identity
     * @param nowNs the time
     */
    public void onTold(Identity other, long nowNs) {
        String wrong = strange(other);
        if (wrong != null) {
            // The other side must learn it too, and messages get lost: tell a few times before giving up. But two that
            // find each other strange must not answer answers.
            if (strangerToldAt == null || nowNs - strangerToldAt >= TELL_NS / 2) {
                strangerToldAt = nowNs;
                output.tell(other.nodeId(), self);
            }
            if (isFormed()) {
                output.onStranger(wrong);
            } else if (problem == null) {
                problem = wrong;
                failAt = nowNs + FAIL_NS;
            }
            return;
        }
        told.put(other.nodeId(), other);
        toldAt.put(other.nodeId(), nowNs);
        Group group = other.group();
        if (isFormed()) {
            if (self.isMember() && group != null && isRemovedBy(group)) {
                remove();
            } else if (!self.isMember() && group != null) {
                follow(group, nowNs);
            } else if (self.isMember() && (group == null || !isMember(other))) {
                output.tell(other.nodeId(), self);
            }
        } else if (group != null && !failed) {
            adopt(other, group);
        }
    }

    /**
     * Forms the group without the seeds that are silent, for an operator who knows that they never ran. Listens for
     * {@link #BOOTSTRAP_NS} first; the seeds that were heard of lately are in the group, the others must be added
     * later.
     *
     * <p>Only the seed with the lowest id may, as it alone decides in any case: so there is never a second group,
     * whoever is asked and in whatever order messages come.
     *
     * @param nowNs the time
     * @return why it is refused, or null if it goes on
     */
    public @Nullable MetadataException bootstrap(long nowNs) {
        Group group = self.group();
        if (group != null) {
            return new MetadataException(
                    Code.BAD_CONFIG,
                    "node " + self.nodeId() + " belongs to the cluster with id " + group.clusterId()
                            + " already: there is nothing to bootstrap");
        }
        String lowest = self.seeds().get(0).nodeId();
        if (!lowest.equals(self.nodeId())) {
            return new MetadataException(
                    Code.BAD_CONFIG,
                    "only node " + lowest
                            + ", the lowest of the seed list, may form the group: call bootstrap on it; if " + lowest
                            + " never ran and never will, take it out of the seed list of every node");
        }
        for (Identity other : told.values()) {
            Group theirs = other.group();
            if (theirs != null) {
                return new MetadataException(
                        Code.WIPED_VOTER,
                        "node " + other.nodeId() + " belongs to the cluster with id " + theirs.clusterId()
                                + ": the cluster exists, restore the directory of node " + self.nodeId());
            }
        }
        if (!bootstrapping) {
            bootstrapping = true;
            bootstrapAt = nowNs + BOOTSTRAP_NS;
        }
        return null;
    }

    /** {@return the seeds that have not been heard of, with their addresses} */
    public List<Voter> missing() {
        return others().stream()
                .filter(seed -> !told.containsKey(seed.nodeId()))
                .toList();
    }

    /**
     * A storage id becomes a voter once, and once it was removed never again. So a newer group without it, told by
     * whoever has applied it, is proof.
     */
    private boolean isRemovedBy(Group theirs) {
        Group ours = self.group();
        return ours != null
                && theirs.version() > ours.version()
                && !theirs.peerIds().contains(self.nodeId() + "@" + self.storageId());
    }

    /** True if the other is a voter of the group as this node knows it, whatever the other believes. */
    private boolean isMember(Identity other) {
        Group ours = self.group();
        return ours != null && ours.peerIds().contains(other.nodeId() + "@" + other.storageId());
    }

    /**
     * A node that waits to be added knows the voters of today, to tell them who it is. That it was added Raft tells.
     */
    private void follow(Group theirs, long nowNs) {
        Group ours = self.group();
        if (ours != null && theirs.version() > ours.version() && theirs.member(self.nodeId()) == null) {
            onCommitted(theirs, nowNs);
        }
    }

    private void remove() {
        if (!failed) {
            failed = true;
            output.onRemoved(self);
        }
    }

    private void adopt(Identity other, Group group) {
        Member member = group.member(self.nodeId());
        if (joining && (member == null || !member.storageId().equals(self.storageId()))) {
            if (member == null) {
                form(group);
            } // Else its predecessor is still a voter, whose link must not reach this node: addVoter removes it first.
            return;
        }
        if (member == null || !member.storageId().equals(self.storageId())) {
            fail(
                    Code.WIPED_VOTER,
                    "the data directory of voter " + self.nodeId() + " is empty, but cluster " + self.clusterName()
                            + " ("
                            + group.clusterId() + ") is formed, as node " + other.nodeId() + " says, and knows voter "
                            + self.nodeId() + " with storage id " + (member == null ? "none" : member.storageId())
                            + ": restore the directory it had, because an empty one would make the voter forget its votes;"
                            + " if that is lost, start with joining and call addVoter on the leader");
            return;
        }
        String backup = other.backup();
        if (backup != null && !backup.equals(self.backup())) {
            fail(
                    Code.BAD_CONFIG,
                    "cluster " + self.clusterName() + " (" + group.clusterId() + ") was formed to start from backup "
                            + backup
                            + ", as node " + other.nodeId() + " says, with the directory of node " + self.nodeId()
                            + ": start node " + self.nodeId() + " with restoreFrom and that backup");
            return;
        }
        form(group);
    }

    private void decide(long nowNs) {
        boolean lowest = self.seeds().get(0).nodeId().equals(self.nodeId());
        boolean vouched = bootstrapping && nowNs - bootstrapAt >= 0;
        if (!lowest || problem != null || !(missing().isEmpty() || vouched)) {
            return;
        }
        List<Member> members = new ArrayList<>();
        for (Voter seed : self.seeds()) {
            Identity identity = seed.nodeId().equals(self.nodeId()) ? self : told.get(seed.nodeId());
            if (identity != null && identity.group() != null) {
                return;
            }
            if (identity == null || (vouched && isSilent(identity, nowNs))) {
                continue;
            }
            members.add(new Member(seed, identity.storageId()));
        }
        form(new Group(output.newClusterId(), members, 0));
        others().forEach(seed -> output.tell(seed.nodeId(), self));
    }

    private boolean isSilent(Identity other, long nowNs) {
        Long at = toldAt.get(other.nodeId());
        return at != null && nowNs - at > SILENT_NS;
    }

    /** On disk first, then known. */
    private void form(Group group) {
        Identity formed = self.formed(group);
        output.onFormed(formed);
        self = formed;
    }

    private @Nullable String strange(Identity other) {
        if (!other.clusterName().equals(self.clusterName())) {
            return "node " + other.nodeId() + " belongs to cluster " + other.clusterName() + ", node " + self.nodeId()
                    + " to cluster " + self.clusterName() + ": give both the same cluster name, or other addresses";
        }
        if (!other.seeds().equals(self.seeds())) {
            return "the seed lists differ: node " + self.nodeId() + " has " + Identity.text(self.seeds()) + ", node "
                    + other.nodeId() + " has " + Identity.text(other.seeds())
                    + ": give every node the same list";
        }
        if (other.groups() != self.groups()) {
            return "node " + self.nodeId() + " has groups(" + self.groups() + "), node " + other.nodeId()
                    + " has groups(" + other.groups()
                    + "): give every node the same number, that of the formed cluster if there is one";
        }
        Group ours = self.group();
        Group theirs = other.group();
        if (ours != null && theirs != null && !ours.clusterId().equals(theirs.clusterId())) {
            return "node " + other.nodeId() + " belongs to the cluster with id " + theirs.clusterId() + ", node "
                    + self.nodeId() + " to " + ours.clusterId()
                    + ": one of them has the data directory of another cluster";
        }
        boolean sameBackup = Objects.equals(self.backup(), other.backup());
        if (ours == null && theirs == null && isSeed(other) && !sameBackup) {
            return "node " + self.nodeId() + " restores " + text(self.backup()) + ", node " + other.nodeId()
                    + " restores " + text(other.backup()) + ": give every seed the same backup, or none of them one";
        }
        if (ours == null && theirs != null && self.backup() != null && !sameBackup) {
            return "node " + self.nodeId() + " restores " + text(self.backup()) + ", but node " + other.nodeId()
                    + " belongs to the cluster with id " + theirs.clusterId() + ", which restored "
                    + text(other.backup())
                    + ": a backup makes a new cluster of empty directories, so give every seed one, or start node "
                    + self.nodeId() + " without restoreFrom";
        }
        return null;
    }

    private boolean isSeed(Identity other) {
        return self.seeds().stream().anyMatch(seed -> seed.nodeId().equals(other.nodeId()));
    }

    private static String text(@Nullable String backup) {
        return backup == null ? "none" : "backup " + backup;
    }

    private void fail(Code code, String message) {
        if (!failed) {
            failed = true;
            output.onFailed(new MetadataException(code, message));
        }
    }

    private void tellAll(long nowNs) {
        tellAt = nowNs + (self.isMember() ? CALM_NS : TELL_NS);
        TreeSet<String> all = new TreeSet<>();
        others().forEach(seed -> all.add(seed.nodeId()));
        Group group = self.group();
        if (group != null) {
            group.members().forEach(member -> all.add(member.voter().nodeId()));
        }
        all.remove(self.nodeId());
        all.forEach(node -> output.tell(node, self));
    }

    private List<Voter> others() {
        return self.seeds().stream()
                .filter(seed -> !seed.nodeId().equals(self.nodeId()))
                .toList();
    }
}
