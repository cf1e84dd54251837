/**
 * Real node processes on this machine, and what hurts them: a proxy on every link, signals, damaged files.
 * Knows nothing of the actors that run inside a node: the program of a node is a parameter.
 * Start at {@link io.troupe.chaos.process.ClusterProcesses} and {@link io.troupe.chaos.process.FaultProxy}.
 */
@NullMarked
package io.troupe.chaos.process;

import org.jspecify.annotations.NullMarked;
