/**
 * The in-memory store with the same contract, for tests of the modules above.
 * Start at {@code InMemoryMetadataStore}.
 */
@NullMarked
package io.troupe.metadata.internal.memory;

import org.jspecify.annotations.NullMarked;
