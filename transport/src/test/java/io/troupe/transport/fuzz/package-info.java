/**
 * Test support: valid bytes from files, and seeded changes of them.
 * Knows no format.
 * Start at {@code Fuzz}.
 */
@NullMarked
package io.troupe.transport.fuzz;

import org.jspecify.annotations.NullMarked;
