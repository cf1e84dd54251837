package io.troupe.actors;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.troupe.cluster.spi.InboundMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One active entity: a mailbox, and at most one thread at a time that works it off, a bounded batch per turn. When it
 * leaves the memory its mailbox is closed in the moment in which it is empty: whoever comes later makes a new cell.
 */
abstract class Cell implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Cell.class);

    /** Messages of one turn, so that a busy entity does not keep a thread from the others. */
    static final int BATCH = 64;

    private static final AtomicIntegerFieldUpdater<Cell> WAITING =
            AtomicIntegerFieldUpdater.newUpdater(Cell.class, "waiting");
    private static final AtomicIntegerFieldUpdater<Cell> SCHEDULED =
            AtomicIntegerFieldUpdater.newUpdater(Cell.class, "scheduled");
    /** The sign of the count: takes nothing more. */
    private static final int CLOSED = Integer.MIN_VALUE;
    /** The cell whose turn the thread is running. */
    private static final ThreadLocal<@Nullable Cell> RUNNING = new ThreadLocal<>(); // the innermost one

    final EntityId id;
    final Home home;
    final KindHost kind;
    /** Mail, or the bare messages of tells within the process: a node of the queue is all that such a tell costs. */
    private final ConcurrentLinkedQueue<Object> mailbox = new ConcurrentLinkedQueue<>();
    /**
     * Messages that were let in and not taken yet, 0 to the capacity; with the sign of CLOSED, for ever, once the cell
     * takes no more.
     */
    private volatile int waiting;
    /** 1 from when a turn is ordered until it is over. */
    @SuppressWarnings("UnusedVariable") // read through its updater
    private volatile int scheduled;

    private volatile boolean stopped;
    /** When the newest turn with a message took its first one; kept up only if the kind passivates. */
    private volatile long usedNs;
    /** Somebody thinks that nobody uses it. */
    private volatile boolean thoughtIdle;
    /** A message was taken in the present turn. */
    private boolean usedNow;

    /** What becomes of an offered message. */
    enum Offer {
        TAKEN,
        FULL,
        CLOSED
    }

    Cell(EntityId id, Home home, KindHost kind) {
        this.id = id;
        this.home = home;
        this.kind = kind;
        if (kind.passivates) {
            usedNs = kind.nanoTime();
        }
    }

    final Offer offer(Object message) {
        for (int before; ; ) {
            before = waiting;
            if (before < 0) {
                return Offer.CLOSED;
            }
            if (before >= kind.mailbox) {
                return Offer.FULL;
            }
            if (WAITING.compareAndSet(this, before, before + 1)) {
                break;
            }
        }
        mailbox.add(message);
        wake(kind.runsNearby() && message instanceof Letter letter ? letter.message() : null);
        return Offer.TAKEN;
    }

    final void wake() {
        wake(null);
    }

    /** By what has just come, if the kind may run where that comes from. */
    private void wake(@Nullable InboundMessage arrival) {
        if ((!stopped || hasEnd()) && SCHEDULED.compareAndSet(this, 0, 1)) {
            if (arrival != null && arrival.runNearby(() -> kind.runNearby(this))) {
                return;
            }
            try {
                kind.executor.execute(this);
            } catch (Throwable t) { // an Error, too, for example when no thread can be made: the entity would be silent
                // for ever
                if (!(t instanceof RejectedExecutionException)) {
                    LOG.warn("the executor of {} did not take a turn of entity {}", kind.kind, id, t);
                }
                scheduled = 0;
                home.wakeSoon(this); // an executor of the user's may be full; a closed node has no next tick
            }
        }
    }

    /** Nothing starts any more; what waits is for the shard's next owner. */
    final void stop() {
        stopped = true;
    }

    final boolean isStopped() {
        return stopped;
    }

    /** Leaves the memory, unless a message has come; then the cell goes on. Call within a turn. */
    final boolean close() {
        if (!WAITING.compareAndSet(this, 0, CLOSED)) {
            return false;
        }
        stopped = true;
        home.remove(this);
        return true;
    }

    /** Takes nothing more; what waits goes on waiting. Any thread, idempotent. */
    final void shut() {
        for (int before = waiting; before >= 0 && !WAITING.compareAndSet(this, before, before | CLOSED); ) {
            before = waiting;
        }
    }

    /** True if it takes nothing more and nothing waits, not even in the hands of who was just putting it in. */
    final boolean isDrained() {
        return waiting == CLOSED;
    }

    /** {@return true if nothing waits} */
    final boolean isEmpty() {
        return (waiting & ~CLOSED) == 0;
    }

    /** {@return messages that wait, a guess outside of its turns} */
    final int waitingMessages() {
        return waiting & ~CLOSED;
    }

    /** {@return true on a thread that is running a turn of any cell} */
    static boolean isRunning() {
        return RUNNING.get() != null;
    }

    /** Throws in the handler of a durable entity: it may run more than once, and what it does may come to nothing. */
    static void refuseInDurableHandler(Pid<?> target) {
        Cell running = RUNNING.get();
        if (running != null && running.isDeciding()) {
            throw new IllegalStateException(running.id + " is durable and sends by its effect alone: use"
                    + " Effect.thenTell for a message to " + target + ", for the handler may run more than once");
        }
    }

    /** True while a handler decides about an effect. */
    boolean isDeciding() {
        return false;
    }

    /** Takes the message that has waited longest, to make room; null if the entity was faster. Any thread. */
    final @Nullable Object pushOut() {
        Object message = mailbox.poll();
        if (message != null) {
            WAITING.decrementAndGet(this);
        }
        return message;
    }

    final @Nullable Object poll() {
        Object message = mailbox.poll();
        if (message != null) {
            WAITING.decrementAndGet(this);
            onUsed();
            if (kind.blockNs > 0) {
                onTaken();
            }
        }
        return message;
    }

    @Override
    public final void run() {
        boolean again = false;
        Cell outer = RUNNING.get(); // an executor may run the turn of one cell within that of another
        RUNNING.set(this);
        home.enter();
        try {
            again = !stopped && turn();
            lookAtIdleness(again);
            home.tellEnded();
        } catch (Throwable t) {
            // A bug of ours, not of a handler: those are caught where they are called. The entity stays silent until
            // its shard moves; its messages stay unsettled and are not lost.
            LOG.error("entity {} has stopped", id, t);
            stopped = true;
        } finally {
            home.leave();
        }
        if (stopped) {
            onStopped();
        }
        RUNNING.set(outer);
        scheduled = 0;
        // What came in after the turn's last look finds either the flag cleared or this second look.
        if (again || (stopped ? hasEnd() : hasWork())) {
            wake();
        }
    }

    /**
     * Something is about to be handled. The time is taken now: whoever is told of the end may use another entity next.
     */
    final void onUsed() {
        if (!usedNow) {
            usedNow = true;
            if (kind.passivates) {
                usedNs = kind.nanoTime();
            }
        }
    }

    private void lookAtIdleness(boolean again) {
        if (thoughtIdle) {
            thoughtIdle = false;
            if (!usedNow && !again && !stopped && waiting == 0 && mayRun() && isIdle()) {
                passivate();
            }
        }
        usedNow = false;
    }

    /** Leaves the memory soon, unless somebody uses it first. Any thread. */
    final void passivateIfIdle() {
        thoughtIdle = true;
        wake();
    }

    final long usedNs() {
        return usedNs;
    }

    /** Whether anything but the mailbox keeps it in the memory; a guess outside of its turns. */
    abstract boolean isIdle();

    /** Leaves the memory, unless a message comes first. Called within a turn, without waiting messages, when idle. */
    abstract void passivate();

    /** Works off one batch; true if there is more to do right now. */
    abstract boolean turn();

    /** True if a stopped cell needs one more turn. */
    boolean hasEnd() {
        return false;
    }

    /** Called at the end of the turns of a stopped cell. */
    void onStopped() {}

    /** Asked before every message: when the lease has passed nothing starts, and what waits keeps waiting. */
    final boolean mayRun() {
        return home.mayRun() || (goesOnUnfenced() && home.isHeld());
    }

    /** A waiting message was taken, of a kind whose senders wait for that. */
    void onTaken() {}

    boolean goesOnUnfenced() {
        return kind.goesOnUnfenced;
    }

    /** Called in a turn that may not run: whoever tells the place's cells that they may again must reach this one. */
    void onHeldUp() {}

    /** True if a turn would find something to do. */
    boolean hasWork() {
        return !mailbox.isEmpty() && mayRun();
    }
}
