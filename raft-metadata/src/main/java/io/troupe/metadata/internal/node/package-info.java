/**
 * Shell: the metadata thread of a node, its messages to other nodes, and what every kind of store shares.
 * Knows no Ratis type and no key schema.
 * Start at {@code NodeAgent}.
 */
@NullMarked
package io.troupe.metadata.internal.node;

import org.jspecify.annotations.NullMarked;
