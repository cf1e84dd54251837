package io.troupe.actors;

import java.util.Map;

/**
 * What monitoring asks of a node, number by number. {@link #metrics} has these and more, all of one moment. Any method
 * may be called from any thread, and none blocks.
 */
public interface ClusterMetrics {
    /** {@return what this node counts, now} */
    NodeMetrics metrics();

    /** {@return entities that are active on this node} */
    default int getActorCount() {
        return metrics().actorCount();
    }

    /** {@return live nodes of the cluster, as this node's copy of the store has it} */
    default int getNodeCount() {
        return metrics().nodeCount();
    }

    /** {@return handled messages per second: see {@link NodeMetrics#throughput}} */
    default double getMessageThroughput() {
        return metrics().throughput();
    }

    /**
     * {@return from the send to the outcome, on the average, in nanoseconds; {@link NodeMetrics.Messages} has the tail}
     */
    default double getAverageMessageLatency() {
        return metrics().averageMessageLatency();
    }

    /** {@return messages whose handler failed on every try, or that nobody could handle} */
    default long getFailedMessageCount() {
        return metrics().failedMessageCount();
    }

    /**
     * {@return what works: {@code lease}, {@code leader}, {@code shards} and {@code links}, as in {@link NodeMetrics}}
     */
    default Map<String, Boolean> getHealthStatus() {
        return metrics().healthStatus();
    }
}
