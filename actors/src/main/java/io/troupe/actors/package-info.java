/**
 * Actors that live somewhere in the cluster and are reachable everywhere: what users write and hold.
 * Knows no socket and no Ratis type.
 * Start at {@link io.troupe.actors.ClusterActorSystem}.
 */
@NullMarked
package io.troupe.actors;

import org.jspecify.annotations.NullMarked;
