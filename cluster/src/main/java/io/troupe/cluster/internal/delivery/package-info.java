/**
 * Pure: both halves of the delivery channel.
 * Knows no thread, clock, socket, or actor.
 * Start at {@code SendChannel} and {@code ReceiveChannel}.
 */
@NullMarked
package io.troupe.cluster.internal.delivery;

import org.jspecify.annotations.NullMarked;
