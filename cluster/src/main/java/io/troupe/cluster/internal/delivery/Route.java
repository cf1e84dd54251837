package io.troupe.cluster.internal.delivery;

/**
 * Where a shard's messages go now.
 *
 * @param owner            the owning node
 * @param ownerIncarnation its session's incarnation
 * @param epoch            the epoch of the grant; a later grant has a higher one
 * @param continues        the epoch whose volatile state the owner took over in a planned move, else 0
 */
public record Route(String owner, long ownerIncarnation, long epoch, long continues) {}
