/**
 * Shell: drives the pure cores of one node over the store and the transport.
 * Knows no actors and no Ratis type.
 * Start at {@code ClusterRuntime}.
 */
@NullMarked
package io.troupe.cluster.internal.runtime;

import org.jspecify.annotations.NullMarked;
