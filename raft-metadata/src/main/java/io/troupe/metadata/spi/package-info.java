/**
 * What the embedding cluster gives the store: a way to reach other nodes.
 * Knows no protocol.
 * Start at {@link io.troupe.metadata.spi.PeerChannel}.
 */
@NullMarked
package io.troupe.metadata.spi;

import org.jspecify.annotations.NullMarked;
