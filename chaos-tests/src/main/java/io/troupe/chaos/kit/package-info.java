/**
 * What users test their actors with: a cluster in one process, real or simulated, with faults, and probes.
 * Knows nothing of the checks of this project: what must hold is the user's to say.
 * Start at {@link io.troupe.chaos.kit.TestCluster}.
 */
@NullMarked
package io.troupe.chaos.kit;

import org.jspecify.annotations.NullMarked;
