package io.troupe.metadata.internal.memory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

import io.troupe.metadata.Backup;
import io.troupe.metadata.LeadershipListener;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.Watch;
import io.troupe.metadata.WatchListener;
import io.troupe.metadata.internal.backup.BackupWriter;
import io.troupe.metadata.internal.codec.BackupCodec;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.Outcome;
import io.troupe.metadata.internal.state.Outcome.Ticked;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.internal.submit.SessionProtocol;
import io.troupe.metadata.internal.watch.WatchHub;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One node's store in an {@link InMemoryGroup}. What has no other note is confined to the group's thread. */
public final class InMemoryMetadataStore implements MetadataStore {
    /** How many calls may wait for the group's thread. */
    private static final int MAX_PENDING = 65_536;

    private static final Logger LOG = LoggerFactory.getLogger(InMemoryMetadataStore.class);

    private final InMemoryGroup group;
    private final String nodeId;
    private final String storageId;
    private final WatchHub hub;

    /** Those of all groups of the node, the first one's at first; set before anyone else sees them. */
    private List<InMemoryMetadataStore> all = List.of(this);

    private final BackupWriter backups;

    /** Any thread; counts the calls that are not answered yet. */
    private final AtomicInteger pending = new AtomicInteger();

    /** Any thread; started and closed at most once. */
    private volatile @Nullable CompletableFuture<Void> started;

    private volatile boolean closed;
    private volatile boolean leading;

    private final List<LeadershipListener> listeners = new ArrayList<>();
    private final List<Renewal> renewals = new ArrayList<>();
    private final List<Opening> openings = new ArrayList<>();
    private @Nullable SessionId session;

    /** Of the last submit in the session. */
    private long sequence;

    private record Renewal(SessionId session, CompletableFuture<Long> answer) {}

    /** A wish for a session that another directory's life still holds; given up at the deadline, set by a tick. */
    private static final class Opening {
        final Command.OpenSession request;
        final CompletableFuture<SessionId> answer;

        @Nullable
        Long deadlineMillis;

        Opening(Command.OpenSession request, CompletableFuture<SessionId> answer) {
            this.request = request;
            this.answer = answer;
        }
    }

    InMemoryMetadataStore(InMemoryGroup group, String nodeId, String storageId) {
        this.group = group;
        this.nodeId = nodeId;
        this.storageId = storageId;
        hub = new WatchHub(nodeId, group.view());
        backups = new BackupWriter(nodeId);
    }

    @Override
    public String nodeId() {
        return nodeId;
    }

    @Override
    public int groups() {
        return all.size();
    }

    @Override
    public MetadataStore group(int number) {
        MetadataStore.checkGroup(number, groups());
        return all.get(number);
    }

    @Override
    public CompletableFuture<Void> start() {
        return CompletableFuture.allOf(
                all.stream().map(InMemoryMetadataStore::begin).toArray(CompletableFuture[]::new));
    }

    private synchronized CompletableFuture<Void> begin() {
        CompletableFuture<Void> running = started;
        if (running != null) {
            return running;
        }
        CompletableFuture<Void> first = submit(answer -> {
            group.attach(this);
            hub.start();
            answer.complete(null);
        });
        started = first;
        return first;
    }

    @Override
    public MetadataView view() {
        return hub.view();
    }

    @Override
    public boolean keeps(String key) {
        return true;
    }

    @Override
    public CompletableFuture<SessionId> openSession(long ttlMillis) {
        return submit(answer -> {
            checkTtl(ttlMillis);
            session = null;
            open(new Opening(new Command.OpenSession(nodeId, storageId, group.nextNonce(), ttlMillis), answer));
        });
    }

    @Override
    public CompletableFuture<SessionId> joinSession(SessionId life, long ttlMillis) {
        return submit(answer -> {
            IllegalArgumentException foreign = SessionProtocol.foreignLife(nodeId, life);
            if (foreign != null) {
                throw foreign;
            }
            checkTtl(ttlMillis);
            Outcome outcome = group.apply(new Command.JoinSession(life, storageId, group.nextNonce(), ttlMillis));
            if (outcome instanceof Outcome.SessionOpened opened) {
                onOpened(opened, answer);
            } else if (outcome instanceof Outcome.SessionHeld held) {
                throw SessionProtocol.cannotJoin(life, held);
            }
        });
    }

    private static void checkTtl(long ttlMillis) {
        MetadataException wrong = SessionProtocol.wrongTtl(ttlMillis);
        if (wrong != null) {
            throw wrong;
        }
    }

    @Override
    public CompletableFuture<Long> keepAlive() {
        return submit(answer -> renewals.add(new Renewal(openSession(), answer)));
    }

    @Override
    public CompletableFuture<Void> closeSession() {
        return submit(answer -> {
            if (session != null) {
                group.apply(new Command.CloseSession(session));
                session = null;
            }
            answer.complete(null);
        });
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        return submitTxns(List.of(txn), results -> results.get(0));
    }

    @Override
    public CompletableFuture<List<TxnResult>> txnBatch(List<Txn> txns) {
        return submitTxns(List.copyOf(txns), results -> results);
    }

    @Override
    public CompletableFuture<Long> awaitRevision(long revision) {
        return hub.awaitRevision(revision);
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        return hub.watch(prefix, fromRevision, listener);
    }

    @Override
    public void onLeadership(LeadershipListener listener) {
        group.execute(() -> {
            listeners.add(listener);
            tell(listener);
        });
    }

    @Override
    public boolean isLeader() {
        return leading;
    }

    @Override
    public CompletableFuture<Backup> backup(Path file) {
        InMemoryMetadataStore first = all.get(0);
        return this == first ? write(file) : first.backup(file);
    }

    private CompletableFuture<Backup> write(Path file) {
        return backups.write(file, new BackupWriter.Source() {
            @Override
            public CompletableFuture<List<StateView>> states() {
                return CompletableFuture.allOf(
                                all.stream().map(InMemoryMetadataStore::barrier).toArray(CompletableFuture[]::new))
                        .thenCompose(passed -> submit(answer -> answer.complete(group.views())));
            }

            @Override
            public BackupCodec.Head head(long revision) {
                return new BackupCodec.Head("", "", nodeId, group.view().clusterTimeMillis(), revision);
            }
        });
    }

    @Override
    public void close() {
        if (all.get(0).equals(this)) {
            all.forEach(InMemoryMetadataStore::end);
        }
    }

    private void end() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            leading = false;
        }
        group.callUnlessClosed(() -> {
            group.detach(this);
            renewals.forEach(renewal -> renewal.answer().completeExceptionally(closedFailure()));
            renewals.clear();
            openings.forEach(opening -> opening.answer.completeExceptionally(closedFailure()));
            openings.clear();
        });
        backups.close();
        hub.close();
    }

    /** Says which stores are those of one node; once, before anyone else sees them. */
    static void belongTogether(List<InMemoryMetadataStore> stores) {
        stores.forEach(store -> store.all = stores);
    }

    WatchHub hub() {
        return hub;
    }

    void leadershipChanged() {
        leading = group.isLeader(this);
        List.copyOf(listeners).forEach(this::tell);
    }

    List<SessionId> waitingRenewals() {
        return renewals.stream().map(Renewal::session).distinct().toList();
    }

    void ticked(long timeMillis, Ticked tick) {
        for (Renewal renewal : renewals) {
            if (!tick.ended().contains(renewal.session())) {
                renewal.answer().complete(tick.revision());
                continue;
            }
            if (renewal.session().equals(session)) {
                session = null;
            }
            renewal.answer().completeExceptionally(ended(renewal.session()));
        }
        renewals.clear();
        List<Opening> waiting = List.copyOf(openings);
        openings.clear();
        for (Opening opening : waiting) {
            if (opening.deadlineMillis == null) {
                opening.deadlineMillis = timeMillis + opening.request.ttlMillis();
            }
            open(opening);
        }
        openings.removeIf(opening -> giveUp(opening, timeMillis));
    }

    private <T> CompletableFuture<T> submitTxns(List<Txn> txns, Function<List<TxnResult>, T> result) {
        try {
            txns.forEach(EntryCodec::encodeTxn);
        } catch (MetadataException e) {
            return CompletableFuture.failedFuture(e);
        }
        return submit(answer -> {
            SessionId own = openSession();
            Outcome outcome = group.apply(new Command.Submit(own, ++sequence, txns));
            if (outcome instanceof Outcome.Submitted submitted) {
                answer.complete(result.apply(submitted.results()));
            } else {
                session = null;
                answer.completeExceptionally(ended(own));
            }
        });
    }

    private void open(Opening opening) {
        Outcome outcome = group.apply(opening.request);
        if (outcome instanceof Outcome.SessionOpened opened) {
            onOpened(opened, opening.answer);
        } else {
            openings.add(opening);
        }
    }

    private void onOpened(Outcome.SessionOpened opened, CompletableFuture<SessionId> answer) {
        session = opened.session();
        sequence = 0;
        answer.complete(opened.session());
    }

    private boolean giveUp(Opening opening, long timeMillis) {
        if (opening.deadlineMillis == null || timeMillis < opening.deadlineMillis) {
            return false;
        }
        MetadataView.Session holder = view().session(nodeId);
        opening.answer.completeExceptionally(
                new MetadataException(
                        Code.SESSION_HELD,
                        "node " + nodeId + " with data directory " + storageId + " cannot open a session: " + holder
                                + " is still alive with another directory; stop that process or give this one its own node id"));
        return true;
    }

    /** Runs a call on the group's thread; what it throws fails the answer. */
    private <T> CompletableFuture<T> submit(Consumer<CompletableFuture<T>> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (closed) {
            answer.completeExceptionally(closedFailure());
            return answer;
        }
        if (pending.incrementAndGet() > MAX_PENDING) {
            pending.decrementAndGet();
            answer.completeExceptionally(new MetadataException(
                    Code.BUSY, MAX_PENDING + " calls are waiting in node " + nodeId + ": wait for their answers"));
            return answer;
        }
        boolean accepted = group.execute(() -> {
            pending.decrementAndGet();
            try {
                if (closed) {
                    throw closedFailure();
                }
                call.accept(answer);
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        if (!accepted) {
            answer.completeExceptionally(closedFailure());
        }
        return answer;
    }

    private SessionId openSession() {
        if (session == null) {
            throw new MetadataException(
                    Code.NO_SESSION, "node " + nodeId + " has no open session: call openSession first");
        }
        return session;
    }

    private void tell(LeadershipListener listener) {
        try {
            if (leading) {
                listener.onLeading(group.term());
            } else {
                listener.onNotLeading();
            }
        } catch (RuntimeException e) {
            LOG.error("a leadership listener of node {} failed; it is told the next change too", nodeId, e);
        }
    }

    private MetadataException closedFailure() {
        return new MetadataException(Code.CLOSED, "the store of node " + nodeId + " is closed: open a new one");
    }

    private static MetadataException ended(SessionId session) {
        return new MetadataException(
                Code.SESSION_ENDED,
                "session " + session + " has ended; what was under way may or may not have been applied: open a new"
                        + " session and read before you write again");
    }
}
