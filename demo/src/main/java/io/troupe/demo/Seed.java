package io.troupe.demo;

/**
 * One entry of the static seed list.
 *
 * @param nodeId        the node
 * @param host          its host
 * @param messagingPort where it takes messages
 * @param raftPort      where its Raft server listens
 */
record Seed(String nodeId, String host, int messagingPort, int raftPort) {
    /** {@return the form that a node's configuration file has it in} */
    @Override
    public String toString() {
        return nodeId + "@" + host + ":" + messagingPort + ":" + raftPort;
    }
}
