/**
 * The schema of the cluster's keys in the metadata store.
 * Knows no protocol and no I/O.
 * Start at {@code ClusterKeys}.
 */
@NullMarked
package io.troupe.cluster.internal.keys;

import org.jspecify.annotations.NullMarked;
