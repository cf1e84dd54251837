/**
 * Shell: what the leading node decides, as guarded transactions.
 * Knows no transport.
 * Start at {@code Coordinator}.
 */
@NullMarked
package io.troupe.cluster.internal.coordinator;

import org.jspecify.annotations.NullMarked;
