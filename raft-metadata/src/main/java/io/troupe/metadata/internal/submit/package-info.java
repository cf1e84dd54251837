/**
 * Pure: submit sessions, leader gateway, and lease table, without I/O. Knows no thread, clock, or Ratis type.
 * Start at {@code SubmitProtocol}.
 */
@NullMarked
package io.troupe.metadata.internal.submit;

import org.jspecify.annotations.NullMarked;
