package io.troupe.demo;

import io.troupe.cluster.ClusterConfig;
import io.troupe.demo.input.BadInputException;

/**
 * What all nodes of the cluster are told alike.
 *
 * @param failover    how soon a lost node is replaced
 * @param stateGroups how many Raft groups the states of entities are spread over; 0 keeps them in that of the cluster
 */
record ClusterSettings(Failover failover, int stateGroups) {
    static final ClusterSettings DEFAULT = new ClusterSettings(Failover.SAFE, 0);

    ClusterSettings {
        if (stateGroups < 0 || stateGroups > ClusterConfig.MAX_STATE_GROUPS) {
            throw new BadInputException(
                    "--state-groups must be 0 to " + ClusterConfig.MAX_STATE_GROUPS + ", but was " + stateGroups);
        }
    }
}
