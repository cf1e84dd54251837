package io.troupe.cluster;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.TransportConfig;

import static io.troupe.cluster.ClusterConfig.MAX_MESSAGE_LENGTH;
import static io.troupe.cluster.ClusterConfig.MAX_SHARDS;
import static io.troupe.cluster.ClusterConfig.MAX_SPAWNED;
import static io.troupe.cluster.ClusterConfig.MAX_STATE_GROUPS;

/**
 * What a seed list has to be, and between which bounds the numbers of a configuration lie. Each error names its remedy.
 */
final class ClusterConfigRules {
    /** Of an answer that is kept with its message, which must always get through. */
    private static final int MIN_MESSAGE_LENGTH = 64 * 1024;

    private static final Duration MIN_RETRY = Duration.ofMillis(1);
    private static final Duration MAX_RETRY = Duration.ofSeconds(1);
    private static final int MAX_CIRCUIT_FAILURES = 1_000;
    /** The longest that a time may be: in nanoseconds, times are added to each other and to the clock. */
    private static final Duration MAX_TIME = Duration.ofDays(365);

    private static final Duration MIN_MOVE = Duration.ofMillis(100);

    private ClusterConfigRules() {}

    static void checkSeeds(List<NodeAddress> seeds, List<String> seedIds, List<String> errors) {
        if (seeds.isEmpty()) {
            errors.add("the seed list is empty: add the voters with addNode, the same on every node");
            return;
        }
        Set<String> ids = new HashSet<>();
        Set<String> ports = new HashSet<>();
        for (NodeAddress seed : seeds) {
            if (!ids.add(seed.nodeId())) {
                errors.add("the seed list names node " + seed.nodeId() + " twice: give every seed its own id");
            }
            checkAddress("seed", seed, errors);
            for (int port : new int[] {seed.messagingPort(), seed.raftPort()}) {
                if (isPort(port) && !ports.add(seed.host() + ":" + port)) {
                    errors.add("the seed list uses " + seed.host() + ":" + port
                            + " twice: give every seed two ports of its own");
                }
            }
        }
        if (seeds.size() % 2 == 0 || seeds.size() > 7) {
            errors.add("the seed list has " + seeds.size() + " nodes " + seedIds
                    + ": use 1, 3, 5 or 7 (an even number tolerates no more failures than one less)");
        }
    }

    static void checkDialAddresses(List<NodeAddress> addresses, List<String> seedIds, List<String> errors) {
        for (NodeAddress dialled : addresses) {
            if (!seedIds.contains(dialled.nodeId())) {
                errors.add("the dial address " + dialled + " is for no node of the seed list " + seedIds
                        + ": use one of their ids");
            }
            checkAddress("the dial address", dialled, errors);
        }
    }

    private static void checkAddress(String what, NodeAddress address, List<String> errors) {
        if (address.host().isBlank()) {
            errors.add(what + " " + address + " has no host: give the one to dial");
        }
        for (int port : new int[] {address.messagingPort(), address.raftPort()}) {
            if (!isPort(port)) {
                errors.add(what + " " + address + " has port " + port + ": ports are 1 to 65535");
            }
        }
    }

    private static boolean isPort(int port) {
        return port >= 1 && port <= 65_535;
    }

    static void checkLimits(ClusterConfig config, List<String> errors) {
        int shards = config.shards();
        if (shards < 1 || shards > MAX_SHARDS) {
            errors.add("shards (" + shards + ") must be between 1 and " + MAX_SHARDS);
        }
        if (config.setShards() < 0 || config.setShards() > MAX_SHARDS - shards) {
            errors.add("setShards (" + config.setShards() + ") must be between 0 and " + (MAX_SHARDS - shards)
                    + ": with the default set at most " + MAX_SHARDS);
        }
        if (config.stateGroups() < 0 || config.stateGroups() > MAX_STATE_GROUPS) {
            errors.add("stateGroups (" + config.stateGroups() + ") must be between 0 and " + MAX_STATE_GROUPS);
        }
        if (config.maxUnsettled() < 1) {
            errors.add("maxUnsettled (" + config.maxUnsettled() + ") must be at least 1");
        }
        if (config.maxMessageLength() < MIN_MESSAGE_LENGTH || config.maxMessageLength() > MAX_MESSAGE_LENGTH) {
            errors.add("maxMessageLength (" + config.maxMessageLength() + ") must be between " + MIN_MESSAGE_LENGTH
                    + " and " + MAX_MESSAGE_LENGTH + " bytes");
        }
        if (config.maxUnsettledBytes() < config.maxMessageLength()) {
            errors.add("maxUnsettledBytes (" + config.maxUnsettledBytes() + ") must be at least maxMessageLength ("
                    + config.maxMessageLength() + "): give the JVM a larger heap, or allow shorter messages");
        }
        if (config.maxSpawned() < 1 || config.maxSpawned() > MAX_SPAWNED) {
            errors.add("maxSpawned (" + config.maxSpawned() + ") must be between 1 and " + MAX_SPAWNED);
        }
        if (config.maxMoves() < 1 || config.maxMoves() > MAX_SHARDS) {
            errors.add("maxMoves (" + config.maxMoves() + ") must be between 1 and " + MAX_SHARDS);
        }
        if (config.minimumPeersQuorum() < 1 || config.minimumPeersQuorum() > MAX_SHARDS) {
            errors.add("minimumPeersQuorum (" + config.minimumPeersQuorum() + ") must be between 1 and " + MAX_SHARDS);
        }
        if (config.spin().isNegative() || config.spin().compareTo(TransportConfig.MAX_SPIN) > 0) {
            errors.add("spin (" + config.spin() + ") must be between zero and " + TransportConfig.MAX_SPIN);
        }
        if (config.threadingMode() == ThreadingMode.INVOKER) {
            errors.add(
                    "threadingMode INVOKER leaves the links of the node without a thread, and a node waits for answers"
                            + " before it is started: use SHARED or DEDICATED");
        }
        int failures = config.circuitBreaker().failures();
        if (failures < 1 || failures > MAX_CIRCUIT_FAILURES) {
            errors.add("circuit failures (" + failures + ") must be between 1 and " + MAX_CIRCUIT_FAILURES);
        }
        Duration reset = config.circuitBreaker().reset();
        if (reset.isNegative() || reset.isZero() || reset.compareTo(MAX_TIME) > 0) {
            errors.add("circuit reset (" + reset + ") must be longer than zero and at most " + MAX_TIME);
        }
        checkTimes(config, errors);
    }

    private static void checkTimes(ClusterConfig config, List<String> errors) {
        Duration retry = config.retry();
        if (retry.compareTo(MIN_RETRY) < 0 || retry.compareTo(MAX_RETRY) > 0) {
            errors.add("retry (" + millis(retry) + ") must be between " + MIN_RETRY.toMillis() + " and "
                    + millis(MAX_RETRY));
        }
        if (config.rebalanceAfter().isNegative() || config.rebalanceAfter().compareTo(MAX_TIME) > 0) {
            errors.add("rebalanceAfter (" + config.rebalanceAfter() + ") must be between zero and " + MAX_TIME);
        }
        if (config.moveTimeout().compareTo(MIN_MOVE) < 0 || config.moveTimeout().compareTo(MAX_TIME) > 0) {
            errors.add("moveTimeout (" + config.moveTimeout() + ") must be between " + MIN_MOVE + " and " + MAX_TIME);
        }
        Duration start = config.startTimeout();
        if (start.isNegative() || start.isZero()) {
            errors.add("startTimeout (" + start + ") must be positive");
        }
        if (start.compareTo(MAX_TIME) > 0) {
            errors.add("startTimeout (" + start + ") must be at most " + MAX_TIME);
        }
    }

    static void checkLease(Duration lease, Election election, List<String> errors) {
        if (lease.compareTo(Duration.ofMillis(5L * election.minMillis())) < 0) {
            errors.add("lease (" + millis(lease) + ") must be at least 5 times the shortest election timeout ("
                    + election.minMillis() + " ms of preset " + election + ")");
        }
        if (lease.compareTo(MAX_TIME) > 0) {
            errors.add("lease (" + lease + ") must be at most " + MAX_TIME);
        }
    }

    /** {@return a time for a person: in milliseconds, unless these could be more than a number holds} */
    private static String millis(Duration time) {
        return time.compareTo(MAX_TIME) > 0 || time.compareTo(MAX_TIME.negated()) < 0
                ? time.toString()
                : time.toMillis() + " ms";
    }
}
