/**
 * Pure: what is kept about a link across its connections, the frames not known to have arrived and how far both ends
 * are. Knows no socket, thread or clock. Start at {@link io.troupe.transport.internal.session.LinkSession}.
 */
@NullMarked
package io.troupe.transport.internal.session;

import org.jspecify.annotations.NullMarked;
