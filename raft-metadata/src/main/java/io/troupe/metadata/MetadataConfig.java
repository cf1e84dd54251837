package io.troupe.metadata;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * How one node takes part in the metadata group. Immutable; built and checked by {@link Builder#build()}.
 *
 * @param nodeId          this node
 * @param clusterName     the name all nodes of one cluster share
 * @param voters          the static seed list, the same on every node
 * @param directory       the voter's data directory; null for a node without a log
 * @param election        how soon a lost leader is replaced
 * @param followPrefixes  for a node without a log: the key prefixes it follows
 * @param sessionTick     how often the leader writes who is alive
 * @param formationTimeout how long {@link MetadataStore#start()} waits for the cluster
 * @param maxPending      transactions waiting in this node before {@link MetadataException.Code#BUSY}
 * @param snapshotEntries log entries between two snapshots
 * @param dialAddresses   voters that this node dials elsewhere than the seed list says: through a proxy or translation
 * @param joining         this node and its Raft address, if it waits to be added to a group that exists; else null
 * @param restoreFrom     the backup that a new cluster starts from, the same on every seed; null for an empty one
 * @param tls             TLS for the ports of the log, on every voter or on none; null for none
 * @param groups          how many Raft groups the cluster has, the same on every node, 1 to {@value #MAX_GROUPS}
 */
public record MetadataConfig(
        String nodeId,
        String clusterName,
        List<Voter> voters,
        @Nullable Path directory,
        Election election,
        List<String> followPrefixes,
        Duration sessionTick,
        Duration formationTimeout,
        int maxPending,
        long snapshotEntries,
        List<Voter> dialAddresses,
        @Nullable Voter joining,
        @Nullable Path restoreFrom,
        @Nullable LogTls tls,
        int groups) {

    /** Most groups of one cluster: each costs every voter threads and buffers. */
    public static final int MAX_GROUPS = 16;

    /**
     * A voter of the metadata group.
     *
     * @param nodeId   its node id
     * @param host     the host its Raft port is reached at
     * @param raftPort its Raft port
     */
    public record Voter(String nodeId, String host, int raftPort) {
        @Override
        public String toString() {
            return nodeId + "=" + host + ":" + raftPort;
        }
    }

    /**
     * How long a voter waits for its leader before it stands for election: a random time between the two bounds. Within
     * it a candidate flushes its vote to disk, and then the others theirs: where that takes longer, elections do not
     * end.
     */
    public enum Election {
        /**
         * 50 to 100 ms: for small heaps with short pauses, and disks that flush within 10 ms even when they are busy.
         */
        FAST(50, 100),
        /**
         * 150 to 300 ms: for a local network, a collector with pauses below 50 ms, and disks that flush within 50 ms.
         */
        DEFAULT(150, 300),
        /** 500 to 1000 ms: for heaps whose pauses, and machines whose disks, are not under control. */
        SAFE(500, 1000);

        private final int minMillis;
        private final int maxMillis;

        Election(int minMillis, int maxMillis) {
            this.minMillis = minMillis;
            this.maxMillis = maxMillis;
        }

        /** {@return the shortest wait, in milliseconds} */
        public int minMillis() {
            return minMillis;
        }

        /** {@return the longest wait, in milliseconds} */
        public int maxMillis() {
            return maxMillis;
        }
    }

    /**
     * {@return where this node dials a voter: its entry in the seed list, unless a dial address is set for it}
     *
     * @param voter the voter
     */
    public Voter dialAddress(Voter voter) {
        return dialAddresses.stream()
                .filter(dialled -> dialled.nodeId().equals(voter.nodeId()))
                .findFirst()
                .orElse(voter);
    }

    /** {@return true if this node is in the seed list or joins the voters, and so keeps a log} */
    public boolean isVoter() {
        return self() != null;
    }

    /** {@return this node with its Raft address, or null for a node without a log} */
    public @Nullable Voter self() {
        return joining != null
                ? joining
                : voters.stream()
                        .filter(voter -> voter.nodeId().equals(nodeId))
                        .findFirst()
                        .orElse(null);
    }

    /**
     * Starts a configuration.
     *
     * @param nodeId this node
     * @return the builder
     */
    public static Builder builder(String nodeId) {
        return new Builder(nodeId);
    }

    /** Collects and checks a {@link MetadataConfig}. */
    public static final class Builder {
        private final String nodeId;
        private String clusterName = "troupe";
        private final List<Voter> voters = new ArrayList<>();
        private @Nullable Path directory;
        private Election election = Election.DEFAULT;
        private List<String> followPrefixes = List.of("");
        private Duration sessionTick = Duration.ofMillis(500);
        private Duration formationTimeout = Duration.ofSeconds(60);
        private int maxPending = 65_536;
        private long snapshotEntries = 50_000;
        private final List<Voter> dialAddresses = new ArrayList<>();
        private @Nullable Voter joining;
        private @Nullable Path restoreFrom;
        private @Nullable LogTls tls;
        private int groups = 1;

        private Builder(String nodeId) {
            this.nodeId = nodeId;
        }

        /**
         * {@return this}
         *
         * @param name the cluster's name
         */
        public Builder clusterName(String name) {
            clusterName = name;
            return this;
        }

        /**
         * Adds a voter of the seed list.
         *
         * @param voterId  its node id
         * @param host     its host
         * @param raftPort its Raft port
         * @return this
         */
        public Builder voter(String voterId, String host, int raftPort) {
            voters.add(new Voter(voterId, host, raftPort));
            return this;
        }

        /**
         * Dials a voter elsewhere than the seed list says, because a proxy or an address translation is in between. A
         * matter of this node alone: the seed list stays the same on every node.
         *
         * @param voterId  a node id of the seed list
         * @param host     the host to dial
         * @param raftPort the port to dial
         * @return this
         */
        public Builder dialAddress(String voterId, String host, int raftPort) {
            dialAddresses.add(new Voter(voterId, host, raftPort));
            return this;
        }

        /**
         * This node is a voter only once it has been added to a group that exists, with {@link MetadataStore#addVoter}:
         * its start waits for that. For a node outside the seed list, and for one whose directory was lost or removed.
         * To be kept in every later start of a node outside the seed list, whose own list stays that of the others.
         *
         * @param host     the host its Raft port is reached at
         * @param raftPort its Raft port
         * @return this
         */
        public Builder joining(String host, int raftPort) {
            joining = new Voter(nodeId, host, raftPort);
            return this;
        }

        /**
         * Forms a new cluster that starts from a backup. To be told every seed, with the same backup and an empty
         * directory; in later starts it may stay, and is not needed.
         *
         * @param backup what {@link MetadataStore#backup} has written
         * @return this
         */
        public Builder restoreFrom(Path backup) {
            restoreFrom = backup;
            return this;
        }

        /**
         * Speaks TLS on the ports of the log. Without it whoever reaches one can append to the log and change its
         * voters.
         *
         * @param value what is shown and who is trusted; to be said on every voter or on none
         * @return this
         */
        public Builder tls(LogTls value) {
            tls = value;
            return this;
        }

        /**
         * Has several Raft groups in every node, each with a log, a leader, sessions and keys of its own; see
         * {@link MetadataStore#group}. Fixed when the cluster is formed, and the same on every node, those without a
         * log included.
         *
         * @param number how many, 1 to {@value MetadataConfig#MAX_GROUPS}; 1 unless set
         * @return this
         */
        public Builder groups(int number) {
            groups = number;
            return this;
        }

        /**
         * {@return this}
         *
         * @param dataDirectory the directory of the log; needed by a voter
         */
        public Builder directory(Path dataDirectory) {
            directory = dataDirectory;
            return this;
        }

        /**
         * {@return this}
         *
         * @param preset how soon a lost leader is replaced
         */
        public Builder election(Election preset) {
            election = preset;
            return this;
        }

        /**
         * {@return this}
         *
         * @param prefixes the keys a node without a log follows
         */
        public Builder followPrefixes(String... prefixes) {
            followPrefixes = List.of(prefixes);
            return this;
        }

        /**
         * {@return this}
         *
         * @param tick how often the leader writes who is alive; lease / 6 is usual
         */
        public Builder sessionTick(Duration tick) {
            sessionTick = tick;
            return this;
        }

        /**
         * {@return this}
         *
         * @param timeout how long start waits for the cluster
         */
        public Builder formationTimeout(Duration timeout) {
            formationTimeout = timeout;
            return this;
        }

        /**
         * {@return this}
         *
         * @param transactions how many may wait in this node
         */
        public Builder maxPending(int transactions) {
            maxPending = transactions;
            return this;
        }

        /**
         * {@return this}
         *
         * @param entries log entries between two snapshots
         */
        public Builder snapshotEntries(long entries) {
            snapshotEntries = entries;
            return this;
        }

        /**
         * Checks everything and reports all errors at once.
         *
         * @return the configuration
         * @throws MetadataException with code BAD_CONFIG, naming every error and its remedy
         */
        public MetadataConfig build() {
            List<String> errors = new ArrayList<>();
            Set<String> ids = new HashSet<>();
            Set<String> addresses = new HashSet<>();
            checkNames(errors);
            for (Voter voter : voters) {
                if (voter.raftPort() < 0 || voter.raftPort() > 65_535) {
                    errors.add(
                            "Raft port " + voter.raftPort() + " of seed " + voter.nodeId() + " is not from 0 to 65535");
                }
                if (!ids.add(voter.nodeId())) {
                    errors.add("the seed list names node " + voter.nodeId() + " twice: give every seed its own id");
                }
                if (voter.raftPort() != 0 && !addresses.add(voter.host() + ":" + voter.raftPort())) {
                    errors.add("two seeds share the Raft address " + voter.host() + ":" + voter.raftPort()
                            + ": give every seed its own host or port");
                }
            }
            for (Voter dialled : dialAddresses) {
                if (!ids.contains(dialled.nodeId())) {
                    errors.add("the dial address " + dialled + " is for no node of the seed list "
                            + ids.stream().sorted().toList() + ": use one of their ids");
                }
            }
            if (voters.isEmpty()) {
                errors.add("the seed list is empty: list the voters, the same on every node");
            } else if (voters.size() % 2 == 0 || voters.size() > 7) {
                errors.add("the seed list has " + voters.size() + " voters "
                        + ids.stream().sorted().toList()
                        + ": use 1, 3, 5 or 7 (an even number tolerates no more failures than one less)");
            }
            checkOwn(ids.contains(nodeId), errors, addresses);
            if (sessionTick.toMillis() < 1) {
                errors.add("sessionTick (" + sessionTick.toMillis() + " ms) must be at least 1 ms");
            }
            if (formationTimeout.toMillis() < 1) {
                errors.add("formationTimeout (" + formationTimeout.toMillis() + " ms) must be at least 1 ms");
            }
            if (snapshotEntries < 1) {
                errors.add("snapshotEntries (" + snapshotEntries + ") must be at least 1");
            }
            if (maxPending < 1) {
                errors.add("maxPending (" + maxPending + ") must be at least 1");
            }
            checkGroups(errors);
            if (!errors.isEmpty()) {
                throw new MetadataException(MetadataException.Code.BAD_CONFIG, String.join("; ", errors));
            }
            return new MetadataConfig(
                    nodeId,
                    clusterName,
                    List.copyOf(voters),
                    directory,
                    election,
                    followPrefixes,
                    sessionTick,
                    formationTimeout,
                    maxPending,
                    snapshotEntries,
                    List.copyOf(dialAddresses),
                    joining,
                    restoreFrom,
                    tls,
                    groups);
        }

        private void checkGroups(List<String> errors) {
            if (groups < 1 || groups > MAX_GROUPS) {
                errors.add("groups (" + groups + ") must be from 1 to " + MAX_GROUPS);
            }
        }

        private void checkNames(List<String> errors) {
            if (nodeId.isBlank()) {
                errors.add("the node id is empty: give every node its own");
            }
            if (nodeId.startsWith(":")) {
                errors.add("the node id " + nodeId
                        + " begins with a colon, as names that the store keeps for itself do:" + " choose another one");
            }
            if (clusterName.isBlank()) {
                errors.add("the cluster name is empty: give all nodes of a cluster the same");
            }
        }

        private void checkOwn(boolean seed, List<String> errors, Set<String> addresses) {
            if ((seed || joining != null) && directory == null) {
                errors.add("voter " + nodeId + " has no data directory: set one that survives restarts");
            }
            if (joining != null) {
                checkJoining(joining, seed, errors, addresses);
            }
            if (restoreFrom != null && (joining != null || !seed)) {
                errors.add("node " + nodeId + " cannot restore " + restoreFrom + ", because it "
                        + (seed ? "joins" : "is not in the seed list")
                        + ": only seeds that form a new cluster do; the others get the state from them");
            }
        }

        private void checkJoining(Voter self, boolean seed, List<String> errors, Set<String> addresses) {
            if (self.raftPort() < 0 || self.raftPort() > 65_535) {
                errors.add(
                        "Raft port " + self.raftPort() + " of the joining node " + nodeId + " is not from 0 to 65535");
            }
            if (seed && !voters.contains(self)) {
                errors.add("node " + nodeId + " joins at " + self.host() + ":" + self.raftPort()
                        + ", but the seed list has another address for it: use that one");
            } else if (!seed && addresses.contains(self.host() + ":" + self.raftPort())) {
                errors.add("node " + nodeId + " joins at " + self.host() + ":" + self.raftPort()
                        + ", which is the address of a seed: give it another host or port");
            }
        }
    }
}
