package io.troupe.cluster.internal.runtime;

import io.troupe.metadata.SessionId;

/**
 * One message as it came over a link or from this node's own sender; the content is owned by the receiver.
 *
 * @param shard      the target shard
 * @param source     the sender's session; null for AT_MOST_ONCE
 * @param sequence   its place in the channel, 0 for AT_MOST_ONCE
 * @param floor      the sender's lowest unsettled sequence
 * @param epoch      the owner's epoch as the sender believes it
 * @param durable    true if the sender knows the target kind as durable
 * @param skip       true if the sender has given the sequence up
 * @param deadlineNs when it expires on this node's clock; Long.MAX_VALUE for never
 * @param content    target and body
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never shared
record InboundFrame(
        int shard,
        @org.jspecify.annotations.Nullable SessionId source,
        long sequence,
        long floor,
        long epoch,
        boolean durable,
        boolean skip,
        long deadlineNs,
        byte[] content) {}
