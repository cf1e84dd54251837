/**
 * Ratis without anything of ours, the baseline that the replicated log is held against.
 * Knows nothing of the product; its settings follow those of the metadata module by hand.
 * Start at {@link io.troupe.jmh.ratis.BareRatis}.
 */
@NullMarked
package io.troupe.jmh.ratis;

import org.jspecify.annotations.NullMarked;
