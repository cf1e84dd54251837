package io.troupe.cluster;

/**
 * An actor of the cluster that was in the memory of a node when that node was asked.
 *
 * @param kind     its kind
 * @param id       its id within the kind
 * @param nodeId   the node
 * @param shard    its shard, counted over all sets
 * @param epoch    the epoch under which the node owns the shard
 * @param waiting  messages that wait in its mailbox
 * @param unfenced true if it runs although the node's lease has passed: perhaps it runs elsewhere, too
 */
public record ActorInfo(String kind, String id, String nodeId, int shard, long epoch, int waiting, boolean unfenced) {}
