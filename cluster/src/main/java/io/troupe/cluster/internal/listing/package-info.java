/**
 * What lives here: the parts of lists of active actors that nodes ask each other for, as values and as bytes.
 * What it must not know: links, threads, and what an actor is beyond its kind and id.
 * Where to start: {@link io.troupe.cluster.internal.listing.Listing}.
 */
@NullMarked
package io.troupe.cluster.internal.listing;

import org.jspecify.annotations.NullMarked;
