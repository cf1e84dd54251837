/**
 * Who runs what and how a message gets there: what callers see.
 * Knows no actors.
 * Start at {@link io.troupe.cluster.Cluster}.
 */
@NullMarked
package io.troupe.cluster;

import org.jspecify.annotations.NullMarked;
