/**
 * What the layers above and users may implement.
 * Knows Agrona's buffers only: neither links nor Kryo.
 * Start at {@link io.troupe.transport.spi.MessageCodec}.
 */
@NullMarked
package io.troupe.transport.spi;

import org.jspecify.annotations.NullMarked;
