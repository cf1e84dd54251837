/**
 * Shell: backups as files, written by a thread of their own and read at the first start of a new cluster.
 * Knows no Ratis type and no other node.
 * Start at {@code BackupFile}.
 */
@NullMarked
package io.troupe.metadata.internal.backup;

import org.jspecify.annotations.NullMarked;
