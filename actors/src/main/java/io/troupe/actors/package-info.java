/**
 * Actors that live somewhere in the cluster and are reachable everywhere, or in this process alone: what users write
 * and hold. Knows no socket and no Ratis type. Start at {@link io.troupe.actors.ClusterActorSystem}; without a cluster
 * at {@link io.troupe.actors.ActorSystem}.
 */
@NullMarked
package io.troupe.actors;

import org.jspecify.annotations.NullMarked;
