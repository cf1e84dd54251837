package io.troupe.actors;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import io.troupe.actors.EntityStore.Owed;
import io.troupe.actors.Outcome.Changes;
import io.troupe.actors.Outcome.Reminding;
import io.troupe.actors.internal.durable.Outbox;
import io.troupe.actors.internal.durable.OutboxContent;
import io.troupe.actors.internal.durable.Reminder;
import io.troupe.actors.internal.durable.Reminders;
import io.troupe.actors.internal.durable.Reminders.Standing;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.Op;
import io.troupe.metadata.SettledWindow;
import io.troupe.metadata.TxnResult;
import io.troupe.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the entities of one owned shard owe: the messages they have sent, and their reminders. Loaded once for an
 * ownership, before any of its entities runs; from then on only this node changes them, by commits that compare the
 * fence. Any thread.
 */
final class Duties {
    private static final Logger LOG = LoggerFactory.getLogger(Duties.class);

    /** Entries that one transaction removes; so many are not left to the next tick. */
    private static final int MOST_REMOVED = 256;

    private final ShardCells cells;
    private final EntityHost host;
    /** What was committed and is to be taken up, in the order of the log. */
    private final ConcurrentLinkedQueue<Committed> committed = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean loading = new AtomicBoolean();
    private volatile boolean loaded;
    /** Guarded by this, as all below. */
    private Outbox outbox = new Outbox(0, SettledWindow.MAX_LENGTH);

    private final Reminders reminders = new Reminders();

    /** Messages and reminders; written under this, read by anyone. */
    private volatile int count;

    private volatile boolean stopped;

    private record Committed(Changes changes, @Nullable OwnMessage kept, TxnResult.Succeeded result) {}

    Duties(ShardCells cells, EntityHost host) {
        this.cells = cells;
        this.host = host;
    }

    /** True once the shard's entities may run. */
    boolean isLoaded() {
        return loaded;
    }

    /** Asks the store, unless it was asked. */
    void load() {
        if (stopped || host.clock().loggedMillis() == 0 || !loading.compareAndSet(false, true)) {
            return; // without a time in the log no reminder can be set
        }
        CompletableFuture<Owed> asked = host.store().owed(cells.shard);
        if (asked.isDone()) {
            onLoaded(asked);
        } else {
            CompletableFuture<?> unused = asked.whenComplete((owed, failure) -> onLoaded(asked));
        }
    }

    private void onLoaded(CompletableFuture<Owed> asked) {
        if (asked.isCompletedExceptionally()) {
            LOG.debug("what shard {} owes cannot be read now", cells.shard.shard());
            loading.set(false); // the next tick asks again, unless the shard is lost by then
            return;
        }
        try {
            take(asked.join());
        } catch (RuntimeException e) {
            LOG.error(
                    "node cannot read what shard {} owes, and runs no durable entity of it: upgrade the node, or restore"
                            + " a backup",
                    cells.shard.shard(),
                    e);
            return; // its entities wait; nothing is lost, and another node may be able to
        }
        loaded = true;
        cells.byId.values().forEach(Cell::wake);
        // What it owes is sent by a turn or by the next tick: this may be under the shard's lock, and who sends to a
        // shard of this node takes the lock of its channel first.
    }

    private synchronized void take(Owed owed) {
        outbox = new Outbox(owed.newest(), SettledWindow.MAX_LENGTH);
        for (KeyValue entry : owed.outbox()) {
            outbox.add(new Outbox.Entry(
                    Op.Append.sequence(entry.key()), entry.modRevision(), OutboxContent.decode(entry.value())));
        }
        for (KeyValue entry : owed.reminders()) {
            reminders.set(new Standing(entry.key(), entry.modRevision(), Reminder.decode(entry.value())));
        }
        recount();
    }

    /** {@return messages that were sent and have not arrived as far as is known} */
    synchronized int outboxSize() {
        return outbox.size();
    }

    /** Whether an effect may send so many messages more; one of a notice ends one. */
    synchronized boolean maySend(int messages, boolean endsOne) {
        return outbox.mayAdd(messages, endsOne);
    }

    synchronized int reminderCount() {
        return reminders.size();
    }

    /** Whether an entity may set a reminder: it has fewer than so many, or has it already. */
    synchronized boolean mayRemind(String prefix, String key, int most) {
        return reminders.has(key) || reminders.count(prefix) < most;
    }

    /** The effect of a message is in the store. Called in the order of the log; {@link #pump} takes it up. */
    void onCommitted(Changes changes, @Nullable OwnMessage kept, TxnResult.Succeeded result) {
        if (kept != null || !changes.isEmpty()) {
            committed.add(new Committed(changes, kept, result));
            // The turn that its answer wakes pumps; if the entity has stopped, the next tick does.
            host.onOwing(cells.shard.shard());
        }
    }

    /** Sends what can be sent. */
    void pump() {
        if (committed.isEmpty() && count == 0) {
            return;
        }
        synchronized (this) {
            for (Committed next; (next = committed.poll()) != null; ) {
                take(next);
            }
            for (Outbox.Entry entry; !stopped && (entry = outbox.next()) != null; ) {
                send(entry);
            }
            recount();
        }
    }

    private void take(Committed next) {
        long revision = next.result.revision();
        if (next.kept != null) {
            next.kept.promise().onKept(revision);
        }
        List<OutboxContent> sent = next.changes.sent();
        List<@Nullable KeyValue> appended = next.result.reads();
        for (int i = 0; i < sent.size(); i++) {
            KeyValue entry = appended.get(i);
            if (entry != null) {
                outbox.add(new Outbox.Entry(Op.Append.sequence(entry.key()), entry.modRevision(), sent.get(i)));
            }
        }
        for (Reminding change : next.changes.reminders()) {
            Reminder reminder = change.reminder();
            if (reminder != null) {
                reminders.set(new Standing(change.key(), revision, reminder));
            } else if (change.key().endsWith("/")) {
                reminders.removeAll(change.key());
            } else {
                reminders.remove(change.key());
            }
        }
    }

    private void recount() {
        count = outbox.size() + reminders.size();
        if (count > 0) { // a tick may have looked before this count, and lowered the flag
            host.onOwing(cells.shard.shard());
        }
    }

    private void send(Outbox.Entry entry) {
        byte[] content = Envelope.from(
                new Envelope.Origin(cells.shard.shard(), entry.sequence(), outbox.floor()),
                entry.content().message());
        boolean taken;
        try {
            taken = host.cluster()
                            .send(
                                    entry.content().targetShard(),
                                    DeliveryGuarantee.AT_LEAST_ONCE,
                                    false, // settled by the outbox, not by the channel
                                    content,
                                    Cluster.NO_DEADLINE,
                                    (outcome, reply) -> onOutcome(entry, outcome))
                    != null;
        } catch (TransportException tooLong) {
            LOG.warn("shard {} cannot send what it owes: {}", cells.shard.shard(), tooLong.getMessage());
            host.soon(() -> onOutcome(entry, new SendOutcome.NotExecuted(SendOutcome.Reason.TOO_LARGE)));
            return;
        }
        if (!taken) {
            outbox.putBack(entry);
        }
    }

    private void onOutcome(Outbox.Entry entry, SendOutcome outcome) {
        if (stopped) {
            return; // another owner sends it
        }
        byte[] notice;
        synchronized (this) {
            Boolean done = ending(outcome);
            if (done == null) {
                outbox.putBack(entry);
                return;
            }
            notice = outbox.onEnd(entry, done);
            if (notice == null && outbox.removable() >= MOST_REMOVED) {
                removeEnded();
            }
        }
        if (notice != null) {
            tellSender(entry, notice);
        }
    }

    /** True if it took effect, false if it never will, null if that is not known. */
    private static @Nullable Boolean ending(SendOutcome outcome) {
        if (outcome instanceof SendOutcome.Processed || outcome instanceof SendOutcome.Committed) {
            return true;
        }
        if (outcome instanceof SendOutcome.Rejected || outcome instanceof SendOutcome.Failed) {
            return false;
        }
        boolean never = outcome instanceof SendOutcome.NotExecuted not
                && (not.reason() == SendOutcome.Reason.MAILBOX_FULL
                        || not.reason() == SendOutcome.Reason.TOO_LARGE
                        || not.reason() == SendOutcome.Reason.KIND_UNAVAILABLE);
        return never ? false : null;
    }

    private void tellSender(Outbox.Entry entry, byte[] notice) {
        String key = EntityKeys.outboxEntry(cells.shard.shard(), entry.sequence());
        OwnMessage.Promise promise = new OwnMessage.Promise() {
            @Override
            public void onKept(long committedRevision) {
                outbox.onRemoved(entry.sequence());
            }

            @Override
            public void onPostponed() {
                host.soon(() -> tellSender(entry, notice));
            }
        };
        host.deliveries()
                .deliverOwn(
                        new OwnMessage(cells.shard, notice, key, entry.revision(), new Op.Delete(key), promise), cells);
    }

    private void remind(Standing due, long nowMillis) {
        Reminder next = due.reminder().isPeriodic() ? due.reminder().next(nowMillis) : null;
        Op change = next == null ? new Op.Delete(due.key()) : new Op.Put(due.key(), next.encode());
        OwnMessage.Promise promise = new OwnMessage.Promise() {
            @Override
            public void onKept(long committedRevision) {
                if (next == null) {
                    reminders.remove(due.key());
                } else {
                    reminders.set(new Standing(due.key(), committedRevision, next));
                }
            }

            @Override
            public void onPostponed() {
                synchronized (Duties.this) {
                    reminders.putBack(due);
                }
            }
        };
        host.deliveries()
                .deliverOwn(
                        new OwnMessage(
                                cells.shard, due.reminder().message(), due.key(), due.revision(), change, promise),
                        cells);
    }

    /** {@return false if it need not be called with the next tick} Called with ticks of the cluster. */
    boolean onTick(long clusterMillis) {
        if (!loaded) {
            load();
            return true;
        }
        if (count == 0 && committed.isEmpty()) {
            return false;
        }
        synchronized (this) {
            outbox.retry();
            reminders.retry();
            if (cells.shard.mayRun()) {
                removeEnded();
            }
        }
        pump();
        return true;
    }

    /** Hands out reminders that are due, at most so many; answers how many. */
    int fire(long clusterMillis, int limit) {
        if (count == 0 || !loaded || !cells.shard.mayRun()) {
            return 0;
        }
        List<Standing> due;
        synchronized (this) {
            due = reminders.takeDue(clusterMillis, limit);
        }
        due.forEach(standing -> remind(standing, clusterMillis));
        return due.size();
    }

    private void removeEnded() {
        List<Long> sequences = outbox.takeRemovable(MOST_REMOVED);
        if (sequences.isEmpty()) {
            return;
        }
        List<Op> removals = new ArrayList<>(sequences.size());
        sequences.forEach(
                sequence -> removals.add(new Op.Delete(EntityKeys.outboxEntry(cells.shard.shard(), sequence))));
        CompletableFuture<?> unused = host.store()
                .guarded(cells.shard, removals)
                .whenComplete((result, failure) -> onRemoved(sequences, result));
    }

    private synchronized void onRemoved(List<Long> sequences, @Nullable TxnResult result) {
        if (result instanceof TxnResult.Succeeded) {
            sequences.forEach(outbox::onRemoved);
            recount();
        } else {
            outbox.keep(sequences); // harmless if the shard is lost: the next owner removes them
        }
    }

    /** Another owner goes on. */
    void stop() {
        stopped = true;
    }
}
