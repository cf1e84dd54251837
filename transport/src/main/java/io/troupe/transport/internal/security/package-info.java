/**
 * Shell: a node's certificate, its key and whom it trusts, as the JDK's TLS wants them.
 * Knows no connections.
 * Start at {@link io.troupe.transport.internal.security.Credentials}.
 */
@NullMarked
package io.troupe.transport.internal.security;

import org.jspecify.annotations.NullMarked;
