/**
 * Planned moves of shards between live nodes: the old owner's steps, what travels, and what the new owner keeps of it.
 * Knows no thread, clock or socket.
 * Start at {@code Departure}.
 */
@NullMarked
package io.troupe.cluster.internal.handoff;

import org.jspecify.annotations.NullMarked;
