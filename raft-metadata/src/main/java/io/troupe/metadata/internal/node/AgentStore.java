package io.troupe.metadata.internal.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.Watch;
import io.troupe.metadata.WatchListener;
import io.troupe.metadata.internal.watch.WatchHub;
import io.troupe.metadata.spi.PeerChannel;

/**
 * What the stores of all nodes and groups have in common: they write through the agent and read what the hub has
 * published.
 */
public abstract class AgentStore implements MetadataStore {
    /** The node's configuration. */
    protected final MetadataConfig config;

    /** Carries what the node writes to the leader. */
    protected final NodeAgent agent;

    /** Has what the node knows, and tells its watches. */
    protected final WatchHub hub;

    /** The stores of all groups of this node, set before anyone else sees them. */
    private List<? extends MetadataStore> groups = List.of(this);

    /**
     * A store that is not started.
     *
     * @param config  the node's configuration
     * @param name    the group that it is the store of
     * @param channel reaches the same group of other nodes
     * @param empty   what it knows before it has learned anything
     */
    protected AgentStore(MetadataConfig config, GroupName name, PeerChannel channel, MetadataView empty) {
        this.config = config;
        agent = new NodeAgent(config, name, channel, this::turn, this::onBroken);
        hub = new WatchHub(name.thread(), empty);
    }

    /**
     * Says which stores belong together; once, before anyone else sees them.
     *
     * @param stores those of all groups of this node, in order
     */
    protected static void belongTogether(List<? extends AgentStore> stores) {
        List<AgentStore> all = List.copyOf(stores);
        all.forEach(store -> store.groups = all);
    }

    /**
     * Lets the store's own cores do what is due, on the metadata thread; never before the agent is started.
     *
     * @param nowNs the time
     * @return when to wake next
     */
    protected abstract long turn(long nowNs);

    /**
     * An invariant of the metadata thread is broken, and the agent has ended.
     *
     * @param cause what was thrown
     */
    protected abstract void onBroken(Throwable cause);

    @Override
    public final String nodeId() {
        return config.nodeId();
    }

    @Override
    public final int groups() {
        return groups.size();
    }

    @Override
    public final MetadataStore group(int number) {
        MetadataStore.checkGroup(number, groups.size());
        return groups.get(number);
    }

    @Override
    public final MetadataView view() {
        return hub.view();
    }

    @Override
    public final CompletableFuture<SessionId> openSession(long ttlMillis) {
        return agent.openSession(ttlMillis);
    }

    @Override
    public final CompletableFuture<SessionId> joinSession(SessionId life, long ttlMillis) {
        return agent.joinSession(life, ttlMillis);
    }

    @Override
    public final CompletableFuture<Long> keepAlive() {
        return agent.keepAlive();
    }

    @Override
    public final CompletableFuture<Void> closeSession() {
        return agent.closeSession();
    }

    @Override
    public final CompletableFuture<TxnResult> txn(Txn txn) {
        return agent.submit(List.of(txn)).thenApply(results -> results.get(0));
    }

    @Override
    public final CompletableFuture<List<TxnResult>> txnBatch(List<Txn> txns) {
        return agent.submit(txns);
    }

    @Override
    public final CompletableFuture<Long> awaitRevision(long revision) {
        MetadataException over = agent.ended();
        return over == null ? hub.awaitRevision(revision) : CompletableFuture.failedFuture(over);
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        return hub.watch(prefix, fromRevision, listener);
    }
}
