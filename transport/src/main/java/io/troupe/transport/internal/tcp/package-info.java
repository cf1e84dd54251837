/**
 * Shell: the only package that touches sockets; one agent thread drives every link.
 * Start at {@link io.troupe.transport.internal.tcp.TcpMessagingSystem}.
 */
@NullMarked
package io.troupe.transport.internal.tcp;

import org.jspecify.annotations.NullMarked;
