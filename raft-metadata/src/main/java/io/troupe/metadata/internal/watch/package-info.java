/**
 * Delivers changes to watchers: the pure {@code EventLog} and the thread that drains it.
 * Knows no Ratis type, codec, or key schema.
 * Start at {@code WatchHub}.
 */
@NullMarked
package io.troupe.metadata.internal.watch;

import org.jspecify.annotations.NullMarked;
