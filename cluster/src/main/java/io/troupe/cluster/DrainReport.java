package io.troupe.cluster;

import java.time.Duration;

/**
 * How the drain of a node ended.
 *
 * @param nodeId   the node
 * @param complete true if it owns no shard any more, and is to own none
 * @param moved    shards that it owned at first and does not own any more
 * @param left     shards that it still owns
 * @param took     how long that took
 */
public record DrainReport(String nodeId, boolean complete, int moved, int left, Duration took) {}
