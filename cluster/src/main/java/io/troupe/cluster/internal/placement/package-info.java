/**
 * Pure: shards to nodes by rendezvous hashing.
 * Knows no store.
 * Start at {@code PlacementPlanner}.
 */
@NullMarked
package io.troupe.cluster.internal.placement;

import org.jspecify.annotations.NullMarked;
