/**
 * Shell: the only package that touches sockets; one agent thread drives every link.
 * Start at {@code TcpMessagingSystem}.
 */
@NullMarked
package io.troupe.transport.internal.tcp;

import org.jspecify.annotations.NullMarked;
