package io.troupe.metadata.internal.watch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Watch;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import io.troupe.metadata.internal.watch.EventLog.Chunk;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers changes to watchers on one thread of its own. The thread that applies entries only appends to the log and
 * wakes that thread; how slow a listener is never delays it. Each watch has a cursor, the next revision it has not
 * seen: what is read at the cursor is in order, without gap or repetition, and a cursor that fell out of the log is
 * told to start anew.
 */
public final class WatchHub implements AutoCloseable {
    /** How many changes are kept for watchers that lag. */
    public static final int MAX_EVENTS = 20_000;

    /** How many bytes of keys and values are kept for watchers that lag. */
    public static final long MAX_BYTES = 4L << 20;

    /** How many futures may wait for a revision. */
    public static final int MAX_WAITERS = 65_536;

    /** A call of a listener ends with the revision that makes it look at this many changes. */
    private static final int CHUNK_EVENTS = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(WatchHub.class);

    private final Thread thread;
    private final List<Cursor> cursors = new CopyOnWriteArrayList<>();

    /** Guards the log, the waiters, and the step from one view to the next; never held while foreign code runs. */
    private final Object lock = new Object();

    private final EventLog log;
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(Comparator.comparingLong(Waiter::revision));

    /** Written under the lock. */
    private volatile MetadataView view;

    /** Why nothing is published any more; guarded by the lock. */
    private @Nullable MetadataException over;

    private volatile boolean closed;

    /**
     * True when something may have happened since the thread last looked. A permit to unpark alone would not do: a
     * listener that blocks uses it up.
     */
    private volatile boolean signalled;

    private record Waiter(long revision, CompletableFuture<Long> future) {}

    /**
     * A hub that is not started.
     *
     * @param nodeId  names the thread
     * @param initial the state before the first change
     */
    public WatchHub(String nodeId, MetadataView initial) {
        this(nodeId, initial, MAX_EVENTS, MAX_BYTES);
    }

    WatchHub(String nodeId, MetadataView initial, int maxEvents, long maxBytes) {
        view = initial;
        log = new EventLog(initial.revision(), maxEvents, maxBytes);
        thread = new Thread(this::run, "troupe-" + nodeId + "-watch");
        thread.setDaemon(true);
    }

    /** Starts the thread; once. */
    public void start() {
        thread.start();
    }

    /**
     * The state has moved on. Called on the apply thread: appends and signals, nothing else.
     *
     * @param next   the state after the changes
     * @param events its changes since the last call, in order
     */
    public void publish(MetadataView next, List<WatchEvent> events) {
        synchronized (lock) {
            log.append(events);
            view = next;
        }
        signal();
    }

    /**
     * The state was replaced by another, without its changes: every watch that has not seen them starts anew.
     *
     * @param next the state
     */
    public void resync(MetadataView next) {
        synchronized (lock) {
            log.reset(next.revision());
            view = next;
        }
        signal();
    }

    /**
     * Nothing is published any more, but what was may still be read: whoever waits for more is told, on the hub's
     * thread.
     *
     * @param failure why
     */
    public void end(MetadataException failure) {
        synchronized (lock) {
            over = failure;
        }
        signal();
    }

    /** {@return the newest published view} */
    public MetadataView view() {
        return view;
    }

    /**
     * Starts a watch.
     *
     * @param prefix       the keys to watch
     * @param fromRevision the first revision to report
     * @param listener     receives the changes on the hub's thread
     * @return the watch
     * @throws MetadataException with code CLOSED
     */
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        Cursor cursor = new Cursor(prefix, fromRevision, listener);
        synchronized (lock) {
            if (closed) {
                throw closedFailure();
            }
            cursors.add(cursor);
        }
        signal();
        return cursor;
    }

    /**
     * Waits for a revision.
     *
     * @param revision the revision
     * @return completes with the view's revision, at least the given one; fails with CLOSED, BUSY or as told by
     *     {@link #end}
     */
    public CompletableFuture<Long> awaitRevision(long revision) {
        synchronized (lock) {
            if (closed) {
                return CompletableFuture.failedFuture(closedFailure());
            }
            if (view.revision() >= revision) {
                return CompletableFuture.completedFuture(view.revision());
            }
            if (over != null) {
                return CompletableFuture.failedFuture(over);
            }
            if (waiters.size() >= MAX_WAITERS) {
                return CompletableFuture.failedFuture(new MetadataException(
                        MetadataException.Code.BUSY,
                        MAX_WAITERS + " futures wait for a revision already: await fewer at once"));
            }
            Waiter waiter = new Waiter(revision, new CompletableFuture<>());
            waiters.add(waiter);
            return waiter.future();
        }
    }

    /**
     * Changes of any key, for a reader that keeps its own cursor; on any thread.
     *
     * @param events in order, whole revisions; may be empty
     * @param next   where to go on: every revision below it was read
     * @param view   a view that has them all
     */
    public record Changes(List<WatchEvent> events, long next, MetadataView view) {}

    /**
     * Reads changes from a cursor on.
     *
     * @param next the first revision to read
     * @return the changes, or null if that revision is no longer kept
     */
    public @Nullable Changes changes(long next) {
        synchronized (lock) {
            if (next < log.firstRetained()) {
                return null;
            }
            Chunk chunk = log.read(next, "", CHUNK_EVENTS);
            long last = chunk.more() ? next : view.revision() + 1; // Revisions without changes of keys count too.
            return new Changes(chunk.events(), Math.max(chunk.next(), last), view);
        }
    }

    /**
     * Ends the thread; pending futures fail with CLOSED. Waits for a listener's running call, but not long. Idempotent.
     */
    @Override
    public void close() {
        List<Waiter> failed;
        synchronized (lock) {
            closed = true;
            failed = new ArrayList<>(waiters);
            waiters.clear();
        }
        signal();
        failed.forEach(waiter -> waiter.future().completeExceptionally(closedFailure()));
        cursors.clear();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("{}: a watch listener does not return; its thread ends once it does", thread.getName());
        }
    }

    private void run() {
        while (!closed) {
            signalled = false;
            completeWaiters();
            boolean more = false;
            for (Cursor cursor : cursors) {
                more |= cursor.advance();
            }
            if (!more && !signalled && !closed) {
                LockSupport.park(this);
            }
        }
    }

    private void signal() {
        signalled = true;
        LockSupport.unpark(thread);
    }

    private void completeWaiters() {
        while (true) {
            Waiter due;
            long revision;
            MetadataException failure;
            synchronized (lock) {
                revision = view.revision();
                due = waiters.peek();
                failure = due == null || due.revision() <= revision ? null : over;
                if (due == null || (due.revision() > revision && failure == null)) {
                    return;
                }
                waiters.remove();
            }
            if (failure == null) {
                due.future().complete(revision);
            } else {
                due.future().completeExceptionally(failure);
            }
        }
    }

    private MetadataException closedFailure() {
        return new MetadataException(
                MetadataException.Code.CLOSED, "the store is closed (" + thread.getName() + "): open a new one");
    }

    /** One watch. Confined to the hub's thread but for its end. */
    private final class Cursor implements Watch {
        private final String prefix;
        private final WatchListener listener;

        /** Everything below was reported, or was not asked for. */
        private long next;

        private long failures;
        private volatile boolean ended;

        Cursor(String prefix, long fromRevision, WatchListener listener) {
            this.prefix = prefix;
            this.listener = listener;
            // Nothing ever happened at or below revision 0.
            next = Math.max(1, fromRevision);
        }

        @Override
        public void close() {
            ended = true;
            cursors.remove(this);
        }

        /** Reports the next changes; answers true if there are more. */
        boolean advance() {
            MetadataView seen;
            Chunk chunk;
            synchronized (lock) {
                seen = view;
                chunk = next < log.firstRetained() ? null : log.read(next, prefix, CHUNK_EVENTS);
                // The view of a new start has everything up to its revision, whatever of that the log still has.
                next = chunk == null ? seen.revision() + 1 : chunk.next();
            }
            report(chunk, seen);
            return chunk != null && chunk.more();
        }

        private void report(@Nullable Chunk chunk, MetadataView seen) {
            if (ended || closed) {
                return;
            }
            try {
                if (chunk == null) {
                    listener.onResync(seen);
                } else if (!chunk.events().isEmpty()) {
                    listener.onEvents(chunk.events(), seen);
                }
            } catch (RuntimeException | Error e) {
                failures++;
                if (Long.bitCount(failures) == 1) {
                    LOG.error(
                            "{}: the listener of watch \"{}\" failed; failures so far: {}. It goes on with the next changes",
                            thread.getName(),
                            prefix,
                            failures,
                            e);
                }
            }
        }
    }
}
