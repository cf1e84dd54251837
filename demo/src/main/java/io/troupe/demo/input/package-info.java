/**
 * Where order lines and the doings of users come from: a file or a generator, checked before anything is started.
 * Knows nothing of the cluster, and shares no class with it.
 * Start at {@link io.troupe.demo.input.OrderBook}.
 */
@NullMarked
package io.troupe.demo.input;

import org.jspecify.annotations.NullMarked;
