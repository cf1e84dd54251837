/**
 * What the transport must know about Agrona's buffers before it touches one.
 * Knows no frame and no socket.
 * Start at {@link io.troupe.transport.internal.buffer.AgronaFlag}.
 */
@NullMarked
package io.troupe.transport.internal.buffer;

import org.jspecify.annotations.NullMarked;
