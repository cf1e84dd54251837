/**
 * Pure: the state machine every replica applies.
 * Knows no thread, clock, socket, or Ratis type.
 * Start at {@code MetadataState}.
 */
@NullMarked
package io.troupe.metadata.internal.state;

import org.jspecify.annotations.NullMarked;
