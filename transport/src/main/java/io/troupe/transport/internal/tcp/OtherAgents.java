package io.troupe.transport.internal.tcp;

import io.troupe.transport.internal.frame.Hello;

/** What the agents of one node tell each other; there are several if each drives lanes of its own. Any agent. */
interface OtherAgents {
    /** An accepted connection is for a lane that the caller does not drive, and is no longer the caller's. */
    void handOver(Connection connection, Hello other);

    /** The caller has ended in a way that nobody wanted. */
    void onFailed();
}
