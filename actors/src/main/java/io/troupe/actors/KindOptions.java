package io.troupe.actors;

import java.util.concurrent.Executor;

import io.troupe.cluster.ShardSet;
import org.jspecify.annotations.Nullable;

/**
 * What a kind can be told beyond its name and handlers.
 *
 * @param shardSet   where its entities live
 * @param shardKey   which entities share a shard
 * @param stay       how long they stay in the memory
 * @param mailbox    what may wait for one entity
 * @param restarts   how often a handler may be restarted
 * @param quorumLoss what its entities do without a lease
 * @param executor   where its turns run; null for the node's dispatcher
 * @param nonBlocking whether its handlers never wait, so that they may run where messages come in
 */
record KindOptions(
        ShardSet shardSet,
        ShardKey shardKey,
        Stay stay,
        Mailbox mailbox,
        RestartLimit restarts,
        QuorumLoss quorumLoss,
        @Nullable Executor executor,
        boolean nonBlocking) {
    static final KindOptions DEFAULT = new KindOptions(
            ShardSet.DEFAULT,
            ShardKey.ID,
            new Stay(0, 0),
            new Mailbox(Kind.DEFAULT_MAILBOX, Overflow.REJECT, 0),
            RestartLimit.DEFAULT,
            QuorumLoss.STOP,
            null,
            false);

    /**
     * How long an entity stays in the memory.
     *
     * @param idleNs idle time after which it leaves; 0 for never
     * @param most   entities of one node beyond which the least recently used leave; 0 for any number
     */
    record Stay(long idleNs, int most) {
        boolean isLimited() {
            return idleNs > 0 || most > 0;
        }
    }

    /**
     * What may wait for one entity.
     *
     * @param capacity messages
     * @param overflow what happens to those on top
     * @param blockNs  how long their senders wait, if they do
     */
    record Mailbox(int capacity, Overflow overflow, long blockNs) {}

    KindOptions in(ShardSet other) {
        return in(other, shardKey);
    }

    KindOptions in(ShardSet set, ShardKey key) {
        return new KindOptions(set, key, stay, mailbox, restarts, quorumLoss, executor, nonBlocking);
    }

    KindOptions with(Stay other) {
        return new KindOptions(shardSet, shardKey, other, mailbox, restarts, quorumLoss, executor, nonBlocking);
    }

    KindOptions with(Mailbox other) {
        return new KindOptions(shardSet, shardKey, stay, other, restarts, quorumLoss, executor, nonBlocking);
    }

    KindOptions with(RestartLimit other) {
        return new KindOptions(shardSet, shardKey, stay, mailbox, other, quorumLoss, executor, nonBlocking);
    }

    KindOptions with(QuorumLoss other) {
        return new KindOptions(shardSet, shardKey, stay, mailbox, restarts, other, executor, nonBlocking);
    }

    KindOptions on(Executor other) {
        return new KindOptions(shardSet, shardKey, stay, mailbox, restarts, quorumLoss, other, nonBlocking);
    }

    KindOptions withoutWaiting() {
        return new KindOptions(shardSet, shardKey, stay, mailbox, restarts, quorumLoss, executor, true);
    }
}
