/**
 * Short programs to begin with, each of which a test runs.
 * Knows nothing of the demo around it.
 * Start at {@link io.troupe.demo.examples.HelloActor}, then {@link io.troupe.demo.examples.TwoTerminals}.
 */
@NullMarked
package io.troupe.demo.examples;

import org.jspecify.annotations.NullMarked;
