package io.troupe.demo;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One glance at a run.
 *
 * @param traffic what the driver counts
 * @param leader  the newest leadership any node tells of
 * @param nodes   the nodes in order of their ids
 */
record Progress(Traffic traffic, StatusLine leader, List<NodeShards> nodes) {
    private static final long SHORT_RATE = 10_000;

    /**
     * What the driver counts.
     *
     * @param acked     messages acknowledged so far
     * @param total     messages of the whole run
     * @param perSecond acknowledged in the last second
     * @param inFlight  sent and not yet acknowledged
     * @param retried   sent again so far
     * @param p99Micros in the last second, from send to ack
     */
    record Traffic(long acked, long total, long perSecond, long inFlight, long retried, long p99Micros) {}

    /**
     * One node.
     *
     * @param nodeId the node
     * @param alive  false once its process is gone
     * @param shards how many it owns, as it says
     */
    record NodeShards(String nodeId, boolean alive, int shards) {
        @Override
        public String toString() {
            return nodeId + "=" + (alive ? Integer.toString(shards) : "dead");
        }
    }

    /** {@return acknowledged of total and the rate: what a progress bar shows by itself} */
    String head() {
        return String.format(Locale.ROOT, "%,d/%,d acked %s/s", traffic.acked, traffic.total, rate(traffic.perSecond));
    }

    /** {@return everything else} */
    String tail() {
        return String.format(
                Locale.ROOT,
                "leader %s term %d | shards %s | in flight %,d | retried %,d | p99 %s",
                leader.leader(),
                leader.term(),
                nodes.stream().map(NodeShards::toString).collect(Collectors.joining(" ")),
                traffic.inFlight,
                traffic.retried,
                millis(traffic.p99Micros));
    }

    static String millis(long micros) {
        return String.format(Locale.ROOT, micros < 100_000 ? "%.1f ms" : "%.0f ms", micros / 1000.0);
    }

    private static String rate(long perSecond) {
        return perSecond < SHORT_RATE ? Long.toString(perSecond) : perSecond / 1000 + "k";
    }
}
