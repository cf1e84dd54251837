package io.troupe.metadata.internal.ratis;

import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;

/**
 * What the log of a group goes on from that was restored from a backup.
 *
 * @param backup the digest of the backup
 * @param state  the state, or null if this start was not told the backup: then it must be on the disk already
 */
record Origin(String backup, @Nullable StateView state) {}
