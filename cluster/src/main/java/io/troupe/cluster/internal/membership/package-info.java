/**
 * Pure: my lease and when I must fence myself.
 * Knows no clock.
 * Start at {@code MembershipProtocol}.
 */
@NullMarked
package io.troupe.cluster.internal.membership;

import org.jspecify.annotations.NullMarked;
