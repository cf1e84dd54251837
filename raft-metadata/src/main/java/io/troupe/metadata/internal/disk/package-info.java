/**
 * Shell: how long files are written, so that the log does not wait behind them.
 * Knows nothing of what is in them.
 * Start at {@code SteadyOutput}.
 */
@NullMarked
package io.troupe.metadata.internal.disk;

import org.jspecify.annotations.NullMarked;
