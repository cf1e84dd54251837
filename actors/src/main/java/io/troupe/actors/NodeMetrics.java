package io.troupe.actors;

import java.util.Map;

/**
 * What one node counts, at one moment.
 *
 * @param actorCount      entities that are active on this node
 * @param activations     how often an entity has come to be in the memory of this node, since the start
 * @param passivations    how often one has left it, idle or by itself
 * @param nodeCount       live nodes of the cluster, as this node's copy of the store has it
 * @param activeShards    shards that this node may run
 * @param unsettled       messages of this node that wait for their outcome
 * @param retransmissions messages that this node has sent more than once
 * @param deadLetters     messages that no actor of this node handled
 * @param outbox          messages that durable entities of this node's shards have sent and that have not arrived, as
 *                        far as is known
 * @param reminders       reminders of those entities
 * @param messages        what became of the messages that this node has sent above AT_MOST_ONCE
 * @param healthStatus    {@code lease}: the node is in the cluster; {@code leader}: it knows a leader; {@code shards}:
 *                        every shard that it knows of has an owner and its own are active; {@code links}: it reaches
 *                        every seed. {@link io.troupe.cluster.Cluster#diagnose()} says what is missing
 */
public record NodeMetrics(
        int actorCount,
        long activations,
        long passivations,
        int nodeCount,
        int activeShards,
        long unsettled,
        long retransmissions,
        long deadLetters,
        long outbox,
        long reminders,
        Messages messages,
        Map<String, Boolean> healthStatus) {

    /**
     * Copies the map.
     *
     * @param actorCount      active entities
     * @param activations     came into the memory
     * @param passivations    left it
     * @param nodeCount       live nodes
     * @param activeShards    shards that this node may run
     * @param unsettled       messages that wait
     * @param retransmissions messages sent more than once
     * @param deadLetters     messages that no actor handled
     * @param outbox          sent by durable entities and not arrived
     * @param reminders       of durable entities
     * @param messages        what became of messages
     * @param healthStatus    what works
     */
    public NodeMetrics {
        healthStatus = Map.copyOf(healthStatus);
    }

    /**
     * {@return handled messages per second, between the two newest looks at these metrics that were a second apart;
     * since the start before there were two}
     */
    public double throughput() {
        return messages.throughput();
    }

    /**
     * {@return from the send to the outcome, on the average, in nanoseconds; a mean hides the tail: see
     * {@link Messages}}
     */
    public long averageMessageLatency() {
        return messages.meanNanos();
    }

    /** {@return messages whose handler failed on every try, or that nobody could handle} */
    public long failedMessageCount() {
        return messages.failed();
    }

    /**
     * Messages above AT_MOST_ONCE, since the start. Durations are from the send to the outcome, in nanoseconds; those
     * of the histogram are rounded up by 12.5 % at most.
     *
     * @param sent        sent
     * @param handled     committed, processed or rejected by their handlers
     * @param failed      failed for good
     * @param unknown     nobody knows
     * @param notExecuted proven not to have run
     * @param throughput  handled ones per second: see {@link NodeMetrics#throughput}
     * @param meanNanos   the mean of the handled ones
     * @param p50Nanos    half of the handled ones took no longer
     * @param p99Nanos    99 of 100 took no longer
     * @param maxNanos    none took longer
     */
    public record Messages(
            long sent,
            long handled,
            long failed,
            long unknown,
            long notExecuted,
            double throughput,
            long meanNanos,
            long p50Nanos,
            long p99Nanos,
            long maxNanos) {}
}
