package io.troupe.cluster;

/**
 * Where a node of the seed list is reached.
 *
 * @param nodeId        its id, unique in the cluster
 * @param host          its host
 * @param messagingPort its port for messages
 * @param raftPort      its port for the replicated log
 */
public record NodeAddress(String nodeId, String host, int messagingPort, int raftPort) {
    @Override
    public String toString() {
        return nodeId + "@" + host + ":" + messagingPort + ":" + raftPort;
    }

    /**
     * Reads {@code id@host:messagingPort:raftPort}, the form of {@link #toString()}.
     *
     * @param text the text
     * @return the address
     * @throws ClusterException with code BAD_CONFIG when the text has another form
     */
    public static NodeAddress parse(String text) {
        int at = text.indexOf('@');
        int raft = text.lastIndexOf(':');
        int messaging = text.lastIndexOf(':', raft - 1);
        try {
            if (at > 0 && messaging > at + 1 && raft > messaging) {
                return new NodeAddress(
                        text.substring(0, at),
                        text.substring(at + 1, messaging),
                        Integer.parseInt(text.substring(messaging + 1, raft)),
                        Integer.parseInt(text.substring(raft + 1)));
            }
        } catch (NumberFormatException e) {
            throw malformed(text, e);
        }
        throw malformed(text, null);
    }

    private static ClusterException malformed(String text, @org.jspecify.annotations.Nullable Exception cause) {
        return new ClusterException(
                ClusterException.Code.BAD_CONFIG,
                "seed '" + text + "' must have the form id@host:messagingPort:raftPort",
                cause);
    }
}
