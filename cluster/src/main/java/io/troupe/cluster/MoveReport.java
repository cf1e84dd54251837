package io.troupe.cluster;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How the move of a shard went.
 *
 * @param shard the shard, counted over all sets
 * @param from  the owner when it was asked for, or null if there was none
 * @param to    the node that it was to move to
 * @param moved true if that node owns it; if not, it is still on its way, and will be moved when that can be
 * @param took  how long it took
 */
public record MoveReport(int shard, @Nullable String from, String to, boolean moved, Duration took) {}
