/**
 * Buffers: Agrona's own where their JVM flag is set, otherwise ones of the JDK's var handles with the same contract.
 * Knows no frame and no socket.
 * Start at {@link io.troupe.transport.internal.buffer.BufferFactory}.
 */
@NullMarked
package io.troupe.transport.internal.buffer;

import org.jspecify.annotations.NullMarked;
