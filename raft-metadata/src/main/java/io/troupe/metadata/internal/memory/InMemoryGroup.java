package io.troupe.metadata.internal.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.Applied;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.Outcome;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A metadata group without a log: one state machine and one thread, shared by the stores of any number of nodes of one
 * JVM. It applies the commands and bytes that a Raft group would, so sessions expire, submits are told apart, and
 * limits hold alike. The test decides who leads and, with {@link #create()}, what time it is. Nodes of several groups
 * are in as many of these, made and closed together; leader and time are decided for all.
 */
public final class InMemoryGroup implements AutoCloseable {
    private static final long CLOSE_SECONDS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(InMemoryGroup.class);

    private final ScheduledThreadPoolExecutor executor;

    /** The other groups of these nodes, if this is the first; not changed once it is made. */
    private final List<InMemoryGroup> further = new ArrayList<>();

    private final MetadataState state = new MetadataState();
    private final Map<String, InMemoryMetadataStore> stores = new TreeMap<>();

    /** When each open session ends unless it is renewed; a session gets its deadline at the first tick that sees it. */
    private final Map<SessionId, Long> deadlines = new TreeMap<>();

    /** 0 until somebody leads. */
    private long term;

    private long nonce;
    private @Nullable String leader;
    private volatile @Nullable Thread thread;

    /** Set before anyone else sees the group. */
    private @Nullable ScheduledFuture<?> ticks;

    private InMemoryGroup(int groups) {
        for (int number = 1; number < groups; number++) {
            further.add(new InMemoryGroup(1));
        }
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "troupe-memory-group");
            made.setDaemon(true);
            thread = made;
            return made;
        });
    }

    /** {@return a group whose time moves only with {@link #tick}: until then no keep-alive is answered} */
    public static InMemoryGroup create() {
        return create(1);
    }

    /**
     * {@return what {@link #create()} does, with several groups in every node}
     *
     * @param groups how many
     */
    public static InMemoryGroup create(int groups) {
        return new InMemoryGroup(groups);
    }

    /**
     * {@return a group that ticks by itself, with the time of the wall clock}
     *
     * @param interval how often
     */
    public static InMemoryGroup ticking(Duration interval) {
        return ticking(interval, 1);
    }

    /**
     * {@return what {@link #ticking(Duration)} does, with several groups in every node}
     *
     * @param interval how often
     * @param groups   how many
     */
    public static InMemoryGroup ticking(Duration interval, int groups) {
        InMemoryGroup group = new InMemoryGroup(groups);
        group.further.forEach(other -> other.tickEvery(interval));
        group.tickEvery(interval);
        return group;
    }

    private void tickEvery(Duration interval) {
        long nanos = interval.toNanos();
        ticks = executor.scheduleAtFixedRate(this::tickNow, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * {@return a store of a node, not started; a later one of the same node is its restart from the same disk}
     *
     * @param nodeId the node
     */
    public InMemoryMetadataStore store(String nodeId) {
        return store(nodeId, "disk-of-" + nodeId);
    }

    /**
     * {@return a store of a node, not started}
     *
     * @param nodeId    the node
     * @param storageId its data directory
     */
    public InMemoryMetadataStore store(String nodeId, String storageId) {
        List<InMemoryMetadataStore> all = new ArrayList<>();
        all.add(new InMemoryMetadataStore(this, nodeId, storageId));
        further.forEach(group -> all.add(new InMemoryMetadataStore(group, nodeId, storageId)));
        InMemoryMetadataStore.belongTogether(List.copyOf(all));
        return all.get(0);
    }

    /**
     * Makes a node the leader of every group, in a new term. Without this, the first started node leads.
     *
     * @param nodeId a started node
     */
    public void lead(String nodeId) {
        call(() -> {
            if (!stores.containsKey(nodeId)) {
                throw new IllegalArgumentException("node " + nodeId + " is not started, these are: " + stores.keySet());
            }
            applyLead(nodeId);
            return nodeId;
        });
        further.forEach(group -> group.lead(nodeId));
    }

    /**
     * What the leader does once a tick: writes the time, answers the keep-alives that wait, and ends the sessions that
     * were not renewed for their whole time.
     *
     * @param timeMillis the time, in milliseconds; a session's time starts with the first tick that sees it
     */
    public void tick(long timeMillis) {
        call(() -> {
            applyTick(timeMillis);
            return timeMillis;
        });
        further.forEach(group -> group.tick(timeMillis));
    }

    /** {@return the newest state} */
    public StateView view() {
        return state.view();
    }

    /** {@return the newest states of all groups of these nodes, all of which stand still meanwhile} */
    List<StateView> views() {
        return call(() -> views(0));
    }

    /** On the threads of the first group and of those before the next one. */
    private List<StateView> views(int next) {
        if (next < further.size()) {
            return further.get(next).call(() -> views(next + 1));
        }
        List<StateView> views = new ArrayList<>();
        views.add(view());
        further.forEach(group -> views.add(group.view()));
        return views;
    }

    /** Closes every store and ends the thread. Idempotent. */
    @Override
    public void close() {
        if (ticks != null) {
            ticks.cancel(false);
        }
        List<InMemoryMetadataStore> running = new ArrayList<>();
        callUnlessClosed(() -> running.addAll(stores.values()));
        running.forEach(InMemoryMetadataStore::close);
        further.forEach(InMemoryGroup::close);
        executor.shutdown();
        Thread last = thread;
        if (last == null || isOnThread()) {
            return;
        }
        try {
            last.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (last.isAlive()) {
            LOG.warn("{} is still busy after {} s; it ends once its task does", last.getName(), CLOSE_SECONDS);
        }
    }

    // What follows is for the stores; all but execute and call run on the group's thread.

    /** Answers false when the group is closed. */
    boolean execute(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    <T> T call(Supplier<T> task) {
        if (isOnThread()) {
            return task.get();
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        boolean accepted = execute(() -> {
            try {
                answer.complete(task.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        if (!accepted) {
            throw new MetadataException(MetadataException.Code.CLOSED, "the group is closed: create a new one");
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    void callUnlessClosed(Runnable task) {
        if (executor.isShutdown()) {
            return;
        }
        call(() -> {
            task.run();
            return true;
        });
    }

    void attach(InMemoryMetadataStore store) {
        InMemoryMetadataStore other = stores.putIfAbsent(store.nodeId(), store);
        if (other != null && other != store) {
            throw new MetadataException(
                    MetadataException.Code.FAILED,
                    "node " + store.nodeId() + " runs already in this group: close its store first");
        }
        store.hub().resync(state.view());
        if (leader == null) {
            applyLead(store.nodeId());
        }
    }

    void detach(InMemoryMetadataStore store) {
        if (!stores.remove(store.nodeId(), store) || !store.nodeId().equals(leader)) {
            return;
        }
        leader = null;
        if (!stores.isEmpty()) {
            applyLead(stores.keySet().iterator().next());
        }
    }

    boolean isLeader(InMemoryMetadataStore store) {
        return store.nodeId().equals(leader) && stores.get(store.nodeId()) == store;
    }

    long term() {
        return term;
    }

    long nextNonce() {
        return ++nonce;
    }

    /** Applies one command as an entry of its own, through its bytes, and shows every store the new state. */
    Outcome apply(Command command) {
        Applied applied = state.apply(term, EntryCodec.decode(EntryCodec.encode(List.of(command))));
        stores.values().forEach(store -> store.hub().publish(state.view(), applied.events()));
        return applied.outcomes().get(0);
    }

    private boolean isOnThread() {
        return Thread.currentThread() == thread;
    }

    private void applyLead(String nodeId) {
        String former = leader;
        leader = nodeId;
        term++;
        apply(new Command.Lead(nodeId));
        // A new leader does not know how long ago the others were renewed: all get their full time again.
        deadlines.clear();
        stores.forEach((id, store) -> {
            if (id.equals(nodeId) || id.equals(former)) {
                store.leadershipChanged();
            }
        });
    }

    private void tickNow() {
        try {
            applyTick(System.currentTimeMillis());
        } catch (RuntimeException e) {
            // The executor would end the ticking in silence.
            LOG.error("a tick of the in-memory group failed; it goes on with the next one", e);
        }
    }

    private void applyTick(long timeMillis) {
        List<SessionId> renewals = new ArrayList<>();
        stores.values().forEach(store -> renewals.addAll(store.waitingRenewals()));
        Outcome outcome = apply(new Command.Tick(timeMillis, renewals));
        if (!(outcome instanceof Outcome.Ticked ticked)) {
            throw new IllegalStateException("a tick came to " + outcome);
        }
        renewals.forEach(deadlines::remove);
        List<Session> open = new ArrayList<>();
        state.view().forEachSession(session -> {
            if (session.open()) {
                open.add(session);
            }
        });
        for (Session session : open) {
            long deadline = deadlines.computeIfAbsent(session.id(), id -> timeMillis + session.ttlMillis());
            if (timeMillis >= deadline) {
                apply(new Command.ExpireSession(session.id(), session.renewedAt()));
            }
        }
        deadlines.keySet().removeIf(id -> !state.view().isOpen(id));
        stores.values().forEach(store -> store.ticked(timeMillis, ticked));
    }
}
