package io.troupe.demo;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

import io.troupe.demo.input.OrderLine;
import io.troupe.demo.verdict.Totals;
import org.jspecify.annotations.Nullable;

/** The cluster as the driver sees it. Stages complete on a thread of the product: do nothing slow there. */
interface OrderGateway {
    /** What became of a message. */
    enum Sent {
        /** It took effect, and the log of a majority says so. */
        DONE,
        /** It did not run: sending it anew cannot double it. */
        REFUSED,
        /** It may or may not have run. */
        UNKNOWN
    }

    CompletionStage<Sent> send(EntityKind kind, String id, OrderLine line);

    /** Asks an entity what it holds; fails when no answer came in time. */
    CompletionStage<Totals> read(EntityKind kind, String id, Duration limit);

    int shardCount();

    int shardOf(EntityKind kind, String id);

    /** {@return the node that this process would send to now, or null} */
    @Nullable
    String ownerOf(int shard);

    /** {@return messages sent again, since the start} */
    long retried();

    /** Closes this process' connection to a node at once, as a broken network would. */
    void cutLink(String nodeId);
}
