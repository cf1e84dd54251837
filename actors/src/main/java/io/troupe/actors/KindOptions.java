package io.troupe.actors;

import java.util.concurrent.Executor;

import io.troupe.cluster.ShardSet;
import org.jspecify.annotations.Nullable;

/**
 * What a kind can be told beyond its name and handlers.
 *
 * @param shardSet         where its entities live
 * @param passivateAfterNs idle time after which an entity leaves the memory; 0 for never
 * @param maxActive        entities of one node beyond which the least recently used leave; 0 for any number
 * @param restarts         how often a handler may be restarted
 * @param mailbox          messages that may wait for one entity
 * @param overflow         what happens to those on top
 * @param blockNs          how long their senders wait, if they do
 * @param quorumLoss       what its entities do without a lease
 * @param executor         where its turns run; null for the node's dispatcher
 * @param shardKey         which entities share a shard
 */
record KindOptions(
        ShardSet shardSet,
        long passivateAfterNs,
        int maxActive,
        RestartLimit restarts,
        int mailbox,
        Overflow overflow,
        long blockNs,
        QuorumLoss quorumLoss,
        @Nullable Executor executor,
        ShardKey shardKey) {
    static final KindOptions DEFAULT = new KindOptions(
            ShardSet.DEFAULT,
            0,
            0,
            RestartLimit.DEFAULT,
            Kind.DEFAULT_MAILBOX,
            Overflow.REJECT,
            0,
            QuorumLoss.STOP,
            null,
            ShardKey.ID);

    KindOptions in(ShardSet other) {
        return new KindOptions(
                other,
                passivateAfterNs,
                maxActive,
                restarts,
                mailbox,
                overflow,
                blockNs,
                quorumLoss,
                executor,
                shardKey);
    }

    KindOptions with(ShardSet set, ShardKey other) {
        return new KindOptions(
                set, passivateAfterNs, maxActive, restarts, mailbox, overflow, blockNs, quorumLoss, executor, other);
    }

    KindOptions passivating(long afterNs, int beyond) {
        return new KindOptions(
                shardSet, afterNs, beyond, restarts, mailbox, overflow, blockNs, quorumLoss, executor, shardKey);
    }

    KindOptions restarting(RestartLimit other) {
        return new KindOptions(
                shardSet,
                passivateAfterNs,
                maxActive,
                other,
                mailbox,
                overflow,
                blockNs,
                quorumLoss,
                executor,
                shardKey);
    }

    KindOptions holding(int messages, Overflow beyond, long waitNs) {
        return new KindOptions(
                shardSet,
                passivateAfterNs,
                maxActive,
                restarts,
                messages,
                beyond,
                waitNs,
                quorumLoss,
                executor,
                shardKey);
    }

    KindOptions on(Executor other) {
        return new KindOptions(
                shardSet,
                passivateAfterNs,
                maxActive,
                restarts,
                mailbox,
                overflow,
                blockNs,
                quorumLoss,
                other,
                shardKey);
    }

    KindOptions without(QuorumLoss other) {
        return new KindOptions(
                shardSet, passivateAfterNs, maxActive, restarts, mailbox, overflow, blockNs, other, executor, shardKey);
    }

    boolean passivates() {
        return passivateAfterNs > 0 || maxActive > 0;
    }
}
