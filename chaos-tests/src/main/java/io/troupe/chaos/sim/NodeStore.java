package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.LeadershipListener;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.Watch;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.node.StatesOfGroups;
import io.troupe.metadata.internal.state.Outcome;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.internal.submit.Answers;
import io.troupe.metadata.internal.submit.LeaderFinder;
import io.troupe.metadata.internal.submit.LeaderGateway;
import io.troupe.metadata.internal.submit.Message;
import io.troupe.metadata.internal.submit.SessionProtocol;
import io.troupe.metadata.internal.submit.SubmitProtocol;
import org.jspecify.annotations.Nullable;

/**
 * The store of one group in one life of a node: the production protocols for submits, sessions and leading, over the
 * simulated network and the log of the group. What callers ask is done after the running step, as by the thread that
 * production has for it.
 */
final class NodeStore implements MetadataStore, StatesOfGroups.Group, SubmitProtocol.Output, LeaderGateway.Output {
    private static final long MS = 1_000_000;
    static final long TICK_NS = 60 * MS;

    private final Simulation world;
    private final SimNode node;
    /** Those of all groups in this life. */
    private final List<NodeStore> groups;
    /** The number of this one. */
    private final int group;

    private final Log log;
    private final SubmitProtocol submits;
    private final SessionProtocol sessions;
    private final Answers answers;
    private final LeaderGateway gateway;
    private final ArrayDeque<Runnable> asked = new ArrayDeque<>();
    private final List<Waiter> waiters = new ArrayList<>();
    /** The entries of the log that this node has applied: its view is that of the last one. */
    private final boolean hasLog;

    private int applied;

    /** Its copy stands still, for a test. */
    private boolean heldBack;

    private long term;
    private boolean deposed;
    private @Nullable LeadershipListener leadership;

    private final List<Watcher> watchers = new ArrayList<>();

    /** A running watch; it has been told of the entries up to {@code told}. */
    private static final class Watcher {
        final String prefix;
        final WatchListener listener;
        int told;
        boolean closed;

        Watcher(String prefix, WatchListener listener) {
            this.prefix = prefix;
            this.listener = listener;
        }
    }

    private record Waiter(long revision, CompletableFuture<Long> done) {}

    private NodeStore(Simulation world, SimNode node, List<NodeStore> groups, int applied) {
        this.world = world;
        this.node = node;
        this.groups = groups;
        this.applied = applied;
        group = groups.size();
        log = world.logs[group];
        hasLog = world.topology().voterIds().contains(node.id);
        LeaderFinder finder = new LeaderFinder(world.topology().voterIds(), node.id);
        submits = new SubmitProtocol(node.id, finder, this);
        sessions = new SessionProtocol(node.id, submits, finder, this, 2 * TICK_NS);
        answers = new Answers(submits, sessions);
        sessions.useStorage("disk-" + node.id);
        gateway = new LeaderGateway(node.id, TICK_NS, this);
    }

    /**
     * {@return the stores of a node in one life, one for each log}
     *
     * @param applied the entries of each log that the disk has
     */
    static List<NodeStore> create(Simulation world, SimNode node, int[] applied) {
        List<NodeStore> groups = new ArrayList<>();
        for (int entries : applied) {
            groups.add(new NodeStore(world, node, groups, entries));
        }
        return groups;
    }

    int applied() {
        return applied;
    }

    long term() {
        return term;
    }

    boolean isDeposed() {
        return deposed;
    }

    boolean isSettled() {
        return submits.session() != null && submits.isIdle() && applied == log.size() - 1;
    }

    /** Does what was asked, and sends what is due. */
    void flush() {
        while (!asked.isEmpty()) {
            asked.remove().run();
        }
        long now = node.clock.now();
        gateway.flush(now, world.now() / MS + 1);
        sessions.flush(now);
        submits.flush(now);
    }

    /** The log reaches this node no more, while all else does; or again. */
    void holdBack(boolean held) {
        heldBack = held;
    }

    // The log and the network speak to the node.

    void applyUpTo(int known) {
        if (known <= applied || heldBack) {
            return;
        }
        Leader before = view().leader();
        int from = applied + 1;
        applied = known;
        Leader after = view().leader();
        if (after != null && !after.equals(before)) {
            gateway.onLeader(after);
            submits.onLeader(after, node.clock.now());
            sessions.onLeader(after, node.clock.now());
        }
        for (Watcher watcher : watchers) {
            tell(watcher, from, known);
        }
        long revision = view().revision();
        for (int i = 0; i < waiters.size(); ) {
            if (waiters.get(i).revision <= revision) {
                waiters.remove(i).done.complete(revision);
            } else {
                i++;
            }
        }
    }

    void onLeading(long newTerm) {
        deposed = false;
        term = newTerm;
        gateway.onLeading(log.at(applied).view(), node.clock.now());
        LeadershipListener told = leadership;
        if (told != null) {
            told.onLeading(newTerm);
        }
    }

    /** The log has another leader; this node does not know it yet. */
    void depose() {
        deposed = true;
    }

    void onNotLeading() {
        if (deposed) {
            deposed = false;
            gateway.onLeader(null);
            gateway.onNotLeading();
            LeadershipListener told = leadership;
            if (told != null) {
                told.onNotLeading();
            }
        }
    }

    void onApplied(long entry, List<Outcome> outcomes) {
        gateway.onApplied(entry, outcomes, view(), node.clock.now());
    }

    void onUnknown(long entry) {
        gateway.onUnknown(entry);
    }

    private void onMessage(String from, Message message) {
        if (!answers.deliver(from, message, node.clock.now())) {
            gateway.onMessage(from, message);
        }
    }

    // What the production protocols put out.

    @Override
    public boolean toVoter(String voter, Message message) {
        SimNode to = world.node(voter);
        return world.network.sendInOrder(
                node, to, Log.step("ask", group), () -> to.store(group).onMessage(node.id, message));
    }

    @Override
    public void onSessionEnded(SessionId session) {
        sessions.onEnded(session, "session " + session + " has ended");
    }

    @Override
    public void propose(long entry, List<byte[]> commands) {
        log.propose(node, entry, commands);
    }

    @Override
    public void answer(String nodeId, Message message) {
        SimNode to = world.node(nodeId);
        world.network.sendInOrder(
                node, to, Log.step("answer", group), () -> to.store(group).onMessage(node.id, message));
    }

    @Override
    public void hold(int millis) {
        for (String voter : world.topology().voterIds()) {
            SimNode to = world.node(voter);
            world.network.sendInOrder(
                    node,
                    to,
                    Log.step("hold", group),
                    () -> to.store(group).gateway.onHold(node.id, millis * MS, to.clock.now()));
        }
    }

    @Override
    public CompletableFuture<Long> point() {
        return group == 0 ? barrier() : keepAlive().thenCompose(this::awaitRevision);
    }

    /** What this node has applied, with what a node without a log does not see. */
    @Override
    public StateView state() {
        return log.at(applied).view();
    }

    // What the node asks of its store.

    @Override
    public String nodeId() {
        return node.id;
    }

    @Override
    public int groups() {
        return groups.size();
    }

    @Override
    public NodeStore group(int number) {
        MetadataStore.checkGroup(number, groups.size());
        return groups.get(number);
    }

    @Override
    public CompletableFuture<Void> start() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public MetadataView view() {
        MetadataView all = log.at(applied).view();
        return hasLog ? all : new PartialView(all);
    }

    @Override
    public boolean keeps(String key) {
        return hasLog || key.startsWith(ClusterKeys.ALL);
    }

    @Override
    public CompletableFuture<SessionId> openSession(long ttlMillis) {
        CompletableFuture<SessionId> done = new CompletableFuture<>();
        long nonce = node.random.next();
        asked.add(() -> sessions.open(ttlMillis, nonce, done));
        return done;
    }

    @Override
    public CompletableFuture<SessionId> joinSession(SessionId life, long ttlMillis) {
        CompletableFuture<SessionId> done = new CompletableFuture<>();
        long nonce = node.random.next();
        asked.add(() -> sessions.join(life, ttlMillis, nonce, done));
        return done;
    }

    @Override
    public CompletableFuture<Long> keepAlive() {
        CompletableFuture<Long> done = new CompletableFuture<>();
        asked.add(() -> sessions.renew(done));
        return done;
    }

    @Override
    public CompletableFuture<Void> closeSession() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        asked.add(() -> sessions.close(done));
        return done;
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        return txnBatch(List.of(txn)).thenApply(results -> results.get(0));
    }

    @Override
    public CompletableFuture<List<TxnResult>> txnBatch(List<Txn> txns) {
        if (!world.isCalm() && node.random.permille(world.swarm().busy())) {
            return CompletableFuture.failedFuture(new MetadataException(MetadataException.Code.BUSY, "simulated"));
        }
        Batch batch = new Batch(txns.size());
        asked.add(() -> {
            for (Txn txn : txns) {
                submits.offer(EntryCodec.encodeTxn(txn), txn.readCost(), batch);
            }
        });
        return batch.done;
    }

    private static final class Batch implements SubmitProtocol.Caller {
        final CompletableFuture<List<TxnResult>> done = new CompletableFuture<>();
        final List<TxnResult> results = new ArrayList<>();
        final int expected;

        Batch(int expected) {
            this.expected = expected;
        }

        @Override
        public void onResult(TxnResult result) {
            results.add(result);
            if (results.size() == expected) {
                done.complete(results);
            }
        }

        @Override
        public void onFailure(MetadataException failure) {
            done.completeExceptionally(failure);
        }
    }

    @Override
    public CompletableFuture<Long> awaitRevision(long revision) {
        if (view().revision() >= revision) {
            return CompletableFuture.completedFuture(view().revision());
        }
        Waiter waiter = new Waiter(revision, new CompletableFuture<>());
        waiters.add(waiter);
        return waiter.done;
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        Watcher watcher = new Watcher(prefix, listener);
        watchers.add(watcher);
        node.soon(() -> {
            watcher.told = applied;
            listener.onResync(view());
        });
        return () -> watcher.closed = true;
    }

    /** The watches hear of entries a little later than the view has them, in order. */
    private void tell(Watcher watcher, int from, int to) {
        for (int index = from; index <= to; index++) {
            int entry = index;
            List<WatchEvent> events = new ArrayList<>();
            for (WatchEvent event : log.at(entry).events()) {
                if (event.key().startsWith(watcher.prefix)) {
                    events.add(event);
                }
            }
            if (!events.isEmpty()) {
                node.soon(() -> {
                    if (!watcher.closed && entry > watcher.told) {
                        watcher.listener.onEvents(events, view());
                    }
                });
            }
        }
    }

    @Override
    public void onLeadership(LeadershipListener listener) {
        leadership = listener;
    }

    @Override
    public List<Voter> voters() {
        return world.topology().voterIds().stream()
                .map(id -> new Voter(id, "simulated-" + id, 2))
                .toList();
    }

    @Override
    public CompletableFuture<Void> transferLeadership(String nodeId, Duration limit) {
        if (!isLeader()) {
            return MetadataStore.super.transferLeadership(nodeId, limit);
        }
        return log.handOver(world.node(nodeId))
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(new MetadataException(
                        MetadataException.Code.FAILED, "node " + nodeId + " does not lead after " + limit));
    }

    @Override
    public boolean isLeader() {
        return gateway.isLeading();
    }

    @Override
    public void close() {
        // A simulated life just ends.
    }
}
