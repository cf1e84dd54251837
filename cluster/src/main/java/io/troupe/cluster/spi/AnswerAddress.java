package io.troupe.cluster.spi;

/**
 * Where an answer goes that is sent by itself, not with the end of a message. Good for one life of one node.
 *
 * @param nodeId the node that waits for it
 * @param life   a number that node has drawn for its life: a later process of the node does not take it for its own
 * @param number which of its questions is answered, from 1
 */
public record AnswerAddress(String nodeId, long life, long number) {}
