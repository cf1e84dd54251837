/**
 * Frames between nodes: what callers see.
 * Knows no actors, shards, or metadata.
 * Start at {@link io.troupe.transport.MessagingSystem}.
 */
@NullMarked
package io.troupe.transport;

import org.jspecify.annotations.NullMarked;
