/**
 * Pure: frame layout, reader with length checks, handshake, liveness, redial times.
 * Knows no socket, thread or clock.
 * Start at {@link io.troupe.transport.internal.frame.FrameReader}.
 */
@NullMarked
package io.troupe.transport.internal.frame;

import org.jspecify.annotations.NullMarked;
