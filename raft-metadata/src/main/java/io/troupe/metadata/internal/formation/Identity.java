package io.troupe.metadata.internal.formation;

import java.util.Comparator;
import java.util.List;
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
 * @param group       the formed group, or null before the formation
 */
public record Identity(
        String clusterName,
        String nodeId,
        String storageId,
        List<Voter> seeds,
        @Nullable Group group) {

    /**
     * The group that a formation has made, once and for all.
     *
     * @param clusterId random; the Raft group's id
     * @param members   the voters with their data directories, in order of node id
     */
    public record Group(String clusterId, List<Member> members) {
        /**
         * Copies the list.
         *
         * @param clusterId random; the Raft group's id
         * @param members   the voters with their data directories, in order of node id
         */
        public Group {
            members = List.copyOf(members);
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
     * @param group       the formed group, or null before the formation
     */
    public Identity {
        seeds = List.copyOf(seeds);
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

    Identity formed(Group formed) {
        return new Identity(clusterName, nodeId, storageId, seeds, formed);
    }
}
