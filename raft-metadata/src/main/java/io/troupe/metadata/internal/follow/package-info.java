/**
 * Snapshot and watch for nodes without a log, and the voters' side of it.
 * Knows no Ratis type.
 * Start at {@code MetadataFollower}.
 */
@NullMarked
package io.troupe.metadata.internal.follow;

import org.jspecify.annotations.NullMarked;
