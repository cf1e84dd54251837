/**
 * How the seeds of a new cluster find each other once, and what a data directory remembers of it.
 * The protocol is pure; only {@code ClusterFile} touches the disk. Knows no Ratis type.
 * Start at {@code FormationProtocol}.
 */
@NullMarked
package io.troupe.metadata.internal.formation;

import org.jspecify.annotations.NullMarked;
