/**
 * Whole clusters in one thread: production nodes on a virtual clock, a faulty network and a modelled log.
 * Knows no real time, thread or randomness.
 * Start at {@code TestCluster}; {@code Simulation} is behind it.
 */
@NullMarked
package io.troupe.chaos.sim;

import org.jspecify.annotations.NullMarked;
