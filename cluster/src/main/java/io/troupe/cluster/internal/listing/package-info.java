/**
 * The parts of lists of active actors that nodes ask each other for, as values and as bytes.
 * Knows no link or thread, and of an actor no more than what a list says.
 * Start at {@code Listing}.
 */
@NullMarked
package io.troupe.cluster.internal.listing;

import org.jspecify.annotations.NullMarked;
