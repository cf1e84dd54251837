package io.troupe.metadata.internal.formation;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import org.jspecify.annotations.Nullable;

/**
 * What a voter is, on disk and to the other voters.
 *
 * @param clusterName the cluster's name
 * @param nodeId      the voter
 * @param storageId   its data directory: random, made with the directory, so a wiped disk is never the same voter
 * @param seeds       the seed list it was given, in order of node id
 * @param groups      how many Raft groups it was told the cluster has; of these voters are all of them
 * @param group       the voters that were formed, or null before the formation
 * @param backup      the digest of the backup that the state of its group starts from, or is to; null for an empty one
 * @param whole       false if the replica of a further group is dead here until a restart; not on disk
 */
public record Identity(
        String clusterName,
        String nodeId,
        String storageId,
        List<Voter> seeds,
        int groups,
        @Nullable Group group,
        @Nullable String backup,
        boolean whole) {

    /**
     * The group that a formation has made, with the voters that it has by now.
     *
     * @param clusterId random; the Raft group's id; never changes
     * @param members   the voters with their data directories, in order of node id
     * @param version   the log index at which these voters were committed, 0 for those of the formation: a group with a
     *                  higher version is newer
     */
    public record Group(String clusterId, List<Member> members, long version) {
        /**
         * Copies the list.
         *
         * @param clusterId random; the Raft group's id
         * @param members   the voters with their data directories, in order of node id
         * @param version   the log index at which these voters were committed
         */
        public Group {
            members = members.stream()
                    .sorted(Comparator.comparing(member -> member.voter().nodeId()))
                    .toList();
        }

        /** {@return the Raft peer ids of the voters} */
        public Set<String> peerIds() {
            return members.stream().map(Member::peerId).collect(Collectors.toCollection(TreeSet::new));
        }

        /**
         * {@return the member with this node id, or null}
         *
         * @param nodeId the node id
         */
        public @Nullable Member member(String nodeId) {
            return members.stream()
                    .filter(member -> member.voter().nodeId().equals(nodeId))
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * A voter of a formed group.
     *
     * @param voter     node id and address
     * @param storageId its data directory
     */
    public record Member(Voter voter, String storageId) {
        /** {@return its Raft peer id: the node id and the data directory} */
        public String peerId() {
            return voter.nodeId() + "@" + storageId;
        }
    }

    /**
     * Copies the list.
     *
     * @param clusterName the cluster's name
     * @param nodeId      the voter
     * @param storageId   its data directory: random, made with the directory, so a wiped disk is never the same voter
     * @param seeds       the seed list it was given, in order of node id
     * @param groups      how many Raft groups it was told the cluster has
     * @param group       the voters that were formed, or null before the formation
     * @param backup      the digest of the backup that its group starts from, or null
     * @param whole       false if the replica of a further group is dead here
     */
    public Identity {
        seeds = List.copyOf(seeds);
    }

    /**
     * An identity of a single group that starts empty.
     *
     * @param clusterName the cluster's name
     * @param nodeId      the voter
     * @param storageId   its data directory
     * @param seeds       the seed list it was given, in order of node id
     * @param group       the formed group, or null before the formation
     */
    public Identity(String clusterName, String nodeId, String storageId, List<Voter> seeds, @Nullable Group group) {
        this(clusterName, nodeId, storageId, seeds, 1, group, null);
    }

    /**
     * An identity of which no group is dead.
     *
     * @param clusterName the cluster's name
     * @param nodeId      the voter
     * @param storageId   its data directory
     * @param seeds       the seed list it was given, in order of node id
     * @param groups      how many Raft groups it was told the cluster has
     * @param group       the formed group, or null before the formation
     * @param backup      the digest of the backup that its group starts from, or null
     */
    public Identity(
            String clusterName,
            String nodeId,
            String storageId,
            List<Voter> seeds,
            int groups,
            @Nullable Group group,
            @Nullable String backup) {
        this(clusterName, nodeId, storageId, seeds, groups, group, backup, true);
    }

    /**
     * {@return the seed list of a configuration in order of node id, so that lists can be compared}
     *
     * @param config the configuration
     */
    public static List<Voter> seeds(MetadataConfig config) {
        return config.voters().stream()
                .sorted(Comparator.comparing(Voter::nodeId))
                .toList();
    }

    /**
     * {@return a seed list as people write it}
     *
     * @param seeds the list
     */
    public static String text(List<Voter> seeds) {
        return seeds.stream().map(Voter::toString).collect(Collectors.joining(","));
    }

    /** {@return true if this very directory is a voter of the group that is known} */
    public boolean isMember() {
        Member member = group == null ? null : group.member(nodeId);
        return member != null && member.storageId().equals(storageId);
    }

    Identity formed(Group formed) {
        return new Identity(clusterName, nodeId, storageId, seeds, groups, formed, backup, whole);
    }

    Identity broken() {
        return new Identity(clusterName, nodeId, storageId, seeds, groups, group, backup, false);
    }
}
