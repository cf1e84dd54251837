package io.troupe.actors;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.spi.OwnedShard;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One active entity: a mailbox, and at most one thread at a time that works it off, a bounded batch per turn.
 */
abstract class Cell implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Cell.class);

    /** Messages of one turn, so that a busy entity does not keep a thread from the others. */
    static final int BATCH = 64;

    /** Messages waiting in one mailbox; what comes on top is refused for now, and its sender sends it again. */
    static final int MAX_MAILBOX = 65_536;

    final EntityId id;
    private final OwnedShard shard;
    private final ShardGate gate;
    private final Executor dispatcher;
    private final ConcurrentLinkedQueue<Letter> mailbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile boolean stopped;

    Cell(EntityId id, OwnedShard shard, ShardGate gate, Executor dispatcher) {
        this.id = id;
        this.shard = shard;
        this.gate = gate;
        this.dispatcher = dispatcher;
    }

    /** False when the mailbox is full. */
    final boolean offer(Letter letter) {
        if (waiting.get() >= MAX_MAILBOX) {
            return false;
        }
        waiting.incrementAndGet();
        mailbox.add(letter);
        wake();
        return true;
    }

    final void wake() {
        if (!stopped && scheduled.compareAndSet(false, true)) {
            dispatcher.execute(this);
        }
    }

    /** Nothing runs any more; what waits is for the shard's next owner. */
    final void stop() {
        stopped = true;
    }

    final boolean isStopped() {
        return stopped;
    }

    final @Nullable Letter poll() {
        Letter letter = mailbox.poll();
        if (letter != null) {
            waiting.decrementAndGet();
        }
        return letter;
    }

    @Override
    public final void run() {
        boolean again = false;
        gate.enter();
        try {
            again = !stopped && turn();
        } catch (Throwable t) {
            // A bug of ours, not of a handler: those are caught where they are called. The entity stays silent until
            // its shard moves; its messages stay unsettled and are not lost.
            LOG.error("entity {} has stopped", id, t);
            stopped = true;
        } finally {
            gate.leave();
        }
        scheduled.set(false);
        // What came in after the turn's last look finds either the flag cleared or this second look.
        if (again || (!stopped && hasWork())) {
            wake();
        }
    }

    /** Works off one batch; true if there is more to do right now. */
    abstract boolean turn();

    /** Asked before every message: when the lease has passed nothing starts, and what waits keeps waiting. */
    final boolean mayRun() {
        return shard.mayRun();
    }

    /** True if a turn would find something to do. */
    boolean hasWork() {
        return !mailbox.isEmpty() && mayRun();
    }
}
