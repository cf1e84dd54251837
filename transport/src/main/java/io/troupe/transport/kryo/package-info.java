/**
 * Messages to bytes with Kryo, hardened: explicit class ids, bounded sizes and depth.
 * Knows no link.
 * Start at {@link io.troupe.transport.kryo.KryoCodec}.
 */
@NullMarked
package io.troupe.transport.kryo;

import org.jspecify.annotations.NullMarked;
