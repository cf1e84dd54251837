/**
 * What every entity must hold at the end, computed straight from the input, and the comparison with what it does hold.
 * Knows nothing of the cluster: a bug of the product cannot hide in a class that both sides share.
 * Start at {@link io.troupe.demo.verdict.Verdict}.
 */
@NullMarked
package io.troupe.demo.verdict;

import org.jspecify.annotations.NullMarked;
