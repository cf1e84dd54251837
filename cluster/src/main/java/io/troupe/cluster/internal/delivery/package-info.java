/**
 * Pure: both halves of the delivery channel.
 * Knows no thread, clock, socket, or actor.
 * Start at {@link io.troupe.cluster.internal.delivery.SendChannel} and
 * {@link io.troupe.cluster.internal.delivery.ReceiveChannel}.
 */
@NullMarked
package io.troupe.cluster.internal.delivery;

import org.jspecify.annotations.NullMarked;
