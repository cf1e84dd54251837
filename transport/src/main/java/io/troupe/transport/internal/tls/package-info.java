/**
 * PURE: TLS as bytes in and bytes out, and the text of keys and certificates. No socket, file, thread, clock or logger.
 * Knows no frames; tasks that take long are handed out, never run here.
 * Start at {@link io.troupe.transport.internal.tls.TlsChannel}.
 */
@NullMarked
package io.troupe.transport.internal.tls;

import org.jspecify.annotations.NullMarked;
