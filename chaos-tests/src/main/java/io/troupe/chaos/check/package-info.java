/**
 * Pure: what a run recorded, and the checkers that can refute a promise from it. Also usable offline.
 * Knows no cluster, node process or simulator; only the history file and the command touch the outside.
 * Start at {@link io.troupe.chaos.check.Event} for the format, at {@link io.troupe.chaos.check.Checker} for the checks.
 */
@NullMarked
package io.troupe.chaos.check;

import org.jspecify.annotations.NullMarked;
