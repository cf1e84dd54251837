/**
 * When an entity may restart, fire a timer or leave the memory.
 * Knows no thread, clock, store or handler.
 * Start at {@link io.troupe.actors.internal.lifecycle.RestartBudget}.
 */
@NullMarked
package io.troupe.actors.internal.lifecycle;

import org.jspecify.annotations.NullMarked;
