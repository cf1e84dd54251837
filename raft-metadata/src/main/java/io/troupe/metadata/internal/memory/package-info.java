/**
 * The in-memory store with the same contract, for tests of the modules above.
 * Knows no Ratis type and no network, and no disk but for backups.
 * Start at {@code InMemoryGroup}.
 */
@NullMarked
package io.troupe.metadata.internal.memory;

import org.jspecify.annotations.NullMarked;
