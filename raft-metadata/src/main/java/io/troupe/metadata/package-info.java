/**
 * The replicated, revisioned key-value store: what callers see.
 * Knows nothing of Ratis or of the transport.
 * Start at {@link io.troupe.metadata.MetadataStore}.
 */
@NullMarked
package io.troupe.metadata;

import org.jspecify.annotations.NullMarked;
