/**
 * Pure: explicit, versioned bytes of commands, outcomes, and snapshots.
 * Knows no Kryo: the log outlives classes.
 * Start at {@code EntryCodec}.
 */
@NullMarked
package io.troupe.metadata.internal.codec;

import org.jspecify.annotations.NullMarked;
