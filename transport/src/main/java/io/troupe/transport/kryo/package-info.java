/**
 * Messages to bytes with Kryo, hardened: explicit class ids, bounded sizes and depth.
 * Knows no link.
 * Start at {@code KryoCodec}.
 */
@NullMarked
package io.troupe.transport.kryo;

import org.jspecify.annotations.NullMarked;
