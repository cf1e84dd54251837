/**
 * Pure: frame layout, reader with length checks, handshake.
 * Knows no socket.
 * Start at {@code FrameReader}.
 */
@NullMarked
package io.troupe.transport.internal.frame;

import org.jspecify.annotations.NullMarked;
