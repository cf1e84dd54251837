package io.troupe.chaos.sim;

import io.troupe.metadata.SessionId;

/** One DATA frame; the content is the number of the client's operation, 0 for a Skip. */
record Frame(
        int shard, SessionId source, long sequence, long floor, long epoch, boolean skip, long deadlineNs, int op) {}
