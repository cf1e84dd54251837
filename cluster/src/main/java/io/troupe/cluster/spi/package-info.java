/**
 * What the layer above gives the cluster.
 * Start at {@link io.troupe.cluster.spi.HostedActors}.
 */
@NullMarked
package io.troupe.cluster.spi;

import org.jspecify.annotations.NullMarked;
