/**
 * Pure: the commits of one durable entity, and what may be told when.
 * Knows no thread, clock, or store.
 * Start at {@code EntityCommitLog}.
 */
@NullMarked
package io.troupe.actors.internal.durable;

import org.jspecify.annotations.NullMarked;
