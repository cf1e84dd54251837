package io.troupe.cluster;

/**
 * What a node found when it compared what it runs with what the log says.
 *
 * @param revision everything up to this revision was compared
 * @param owned    shards that it runs and owns
 * @param ended    shards that it still ran and owns no more: their actors have been told to end
 */
public record ActorSync(long revision, int owned, int ended) {}
