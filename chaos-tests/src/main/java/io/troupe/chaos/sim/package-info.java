/**
 * One cluster in one thread: the production cores under a virtual clock, a faulty network and a modelled log.
 * Knows no real time, thread or randomness.
 * Start at {@code Simulation}.
 */
@NullMarked
package io.troupe.chaos.sim;

import org.jspecify.annotations.NullMarked;
