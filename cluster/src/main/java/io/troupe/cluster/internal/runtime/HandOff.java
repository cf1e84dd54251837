package io.troupe.cluster.internal.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import io.troupe.cluster.internal.handoff.Arrivals;
import io.troupe.cluster.internal.handoff.Departure;
import io.troupe.cluster.internal.handoff.Departure.Step;
import io.troupe.cluster.internal.handoff.Transfer;
import io.troupe.cluster.internal.handoff.TransferFrames;
import io.troupe.cluster.internal.handoff.TransferredWindow;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.transport.Buffers;
import io.troupe.transport.Lane;
import io.troupe.transport.MessagingSystem;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Both ends of planned moves: drives a {@link Departure} per shard that leaves, and keeps what arrives. On the cluster
 * thread.
 */
final class HandOff {
    private static final Logger LOG = LoggerFactory.getLogger(HandOff.class);
    private static final long RESEND_NS = 50_000_000;

    private final MetadataStore store;
    private final MessagingSystem messaging;
    private final NanoClock clock;
    private final Executor cluster;
    private final Map<Integer, Leaving> leaving = new HashMap<>();
    private final Arrivals arrivals = new Arrivals();
    private final Postponed postponed = new Postponed();
    private @Nullable HostedShards shards;

    private static final class Leaving {
        final HostedShard shard;
        final ShardRecord.Target target;
        final Departure departure;
        List<Transfer> parts = List.of();

        Leaving(HostedShard shard, ShardRecord.Target target, Departure departure) {
            this.shard = shard;
            this.target = target;
            this.departure = departure;
        }
    }

    HandOff(MetadataStore store, MessagingSystem messaging, NanoClock clock, Executor cluster) {
        this.store = store;
        this.messaging = messaging;
        this.clock = clock;
        this.cluster = cluster;
    }

    /** Call before anything is received. */
    void connect(HostedShards newShards) {
        shards = newShards;
    }

    private HostedShards shards() {
        return Objects.requireNonNull(shards);
    }

    private void onCluster(Runnable step) {
        try {
            cluster.execute(step);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed during a move");
        }
    }

    /** A shard's record has changed, with a revision. Any thread. */
    void onRecord(int shard, @Nullable ShardRecord news, long revision) {
        onCluster(() -> {
            arrivals.discardBefore(shard, revision);
            if (news != null) {
                follow(shard, news);
            }
        });
    }

    /** A shard has become active. Any thread. */
    void onActive(int shard) {
        onCluster(() -> followNewest(shard));
    }

    /** What the record says by now: what was read before this step may have been followed by later ones. */
    private void followNewest(int shard) {
        KeyValue entry = store.view().get(ClusterKeys.shard(shard));
        if (entry != null) {
            follow(shard, ShardRecord.decode(entry.value(), entry.modRevision()));
        }
    }

    private void follow(int shard, ShardRecord news) {
        Leaving current = leaving.get(shard);
        if (current != null && current.shard.epoch() != news.epoch()) {
            leaving.remove(shard); // another owner, or nobody: the shard is lost by its epoch
            current = null;
        }
        if (current != null && current.departure.moveId() != news.moveId()) {
            if (current.departure.onCancelled() == Step.RESUME) {
                resume(shard, current);
                current = null;
            }
        }
        ShardRecord.Target target = news.target();
        if (current == null && target != null) {
            begin(shard, news, target);
        }
    }

    private void begin(int shard, ShardRecord ordered, ShardRecord.Target target) {
        Departure departure = new Departure(ordered.moveId(), RESEND_NS);
        HostedShard frozen = shards().freeze(shard, ordered.epoch(), () -> onCluster(() -> onQuiet(shard, departure)));
        if (frozen != null) {
            leaving.put(shard, new Leaving(frozen, target, departure));
        }
    }

    private void onQuiet(int shard, Departure departure) {
        Leaving current = leaving.get(shard);
        if (current == null || current.departure != departure) {
            return;
        }
        List<Transfer> parts = Transfer.split(shard, departure.moveId(), shards().channels(current.shard));
        if (departure.onQuiet(parts.size(), clock.nanoTime()) == Step.SEND) {
            current.parts = parts;
            send(current);
        }
    }

    private void send(Leaving current) {
        for (Transfer part : current.parts) {
            if (current.departure.isMissing(part.part())) {
                offer(current.target.nodeId(), TransferFrames.TRANSFER, TransferFrames.encode(part));
            }
        }
    }

    /** What holds up a shard does not wait for messages; if it is dropped it is sent again. */
    private void offer(String nodeId, int type, byte[] body) {
        messaging.offer(nodeId, Lane.CONTROL, type, Buffers.of(body), 0, body.length);
    }

    void onTick(long nowNs) {
        postponed.run();
        for (Leaving current : List.copyOf(leaving.values())) {
            switch (current.departure.onTick(nowNs)) {
                case SEND -> send(current);
                case RELEASE -> release(current.shard.shard(), current);
                case WAIT, RESUME -> {
                    // Nothing is due.
                }
            }
        }
    }

    /** A part has come in. On the transport's thread. */
    void onTransfer(String from, Transfer part, int length) {
        onCluster(() -> {
            KeyValue entry = store.view().get(ClusterKeys.shard(part.shard()));
            boolean isOver = entry != null && entry.modRevision() > part.moveId();
            if (!isOver && arrivals.keep(part, length)) {
                Transfer.Received received = new Transfer.Received(part.shard(), part.moveId(), part.part());
                offer(from, TransferFrames.RECEIVED, TransferFrames.encode(received));
            }
        });
    }

    /** The new owner has a part. On the transport's thread. */
    void onReceived(String from, Transfer.Received received) {
        onCluster(() -> {
            Leaving current = leaving.get(received.shard());
            if (current != null
                    && current.target.nodeId().equals(from)
                    && current.departure.onAck(received.moveId(), received.part()) == Step.RELEASE) {
                release(received.shard(), current);
            }
        });
    }

    private void release(int shard, Leaving current) {
        long moveId = current.departure.moveId();
        KeyValue entry = store.view().get(ClusterKeys.shard(shard));
        KeyValue node = store.view().get(ClusterKeys.node(current.target.nodeId()));
        SessionId alive = node == null ? null : node.session();
        if (entry == null
                || node == null
                || entry.modRevision() != moveId
                || alive == null
                || alive.incarnation() != current.target.incarnation()) {
            refused(shard, current); // not even proposed: the record or the target is another one by now
            return;
        }
        ShardRecord next =
                ShardRecord.decode(entry.value(), entry.modRevision()).released();
        Txn txn = Txn.guarded(
                List.of(Compare.modRevision(entry.key(), moveId), Compare.modRevision(node.key(), node.modRevision())),
                List.of(new Op.Put(entry.key(), next.encode())));
        CompletableFuture<?> unused = store.txn(txn)
                .whenComplete((result, failure) -> onCluster(() -> {
                    if (result != null && result.succeeded()) {
                        Wiring.announceCommit(store); // the new owner is waited for
                        shards().lose(current.shard);
                        leaving.remove(shard, current);
                    } else if (result != null) {
                        refused(shard, current);
                    } else if (Wiring.wasNotProposed(failure)) {
                        if (leaving.get(shard) == current && current.departure.onNotProposed() == Step.RESUME) {
                            resume(shard, current);
                        }
                    } // else unknown: the session is over, and with it the ownership
                }));
    }

    private void refused(int shard, Leaving current) {
        if (leaving.get(shard) == current && current.departure.onRefused() == Step.RESUME) {
            resume(shard, current);
        }
    }

    private void resume(int shard, Leaving current) {
        leaving.remove(shard, current);
        shards().thaw(current.shard);
        followNewest(shard); // it may be ordered to move again
    }

    /** Hands out what a grant continues, or nothing if it is not here. Any thread; answers on the cluster thread. */
    CompletableFuture<Optional<Map<SessionId, TransferredWindow>>> take(int shard, long moveId) {
        CompletableFuture<Optional<Map<SessionId, TransferredWindow>>> taken = new CompletableFuture<>();
        onCluster(() -> taken.complete(Optional.ofNullable(arrivals.take(shard, moveId))));
        return taken;
    }

    /** Takes a shard again that this node owns but cannot continue. */
    void regrant(HostedShard shard) {
        KeyValue entry = store.view().get(ClusterKeys.shard(shard.shard()));
        ShardRecord own = entry == null ? null : ShardRecord.decode(entry.value(), entry.modRevision());
        if (entry != null && own != null && own.epoch() == shard.epoch()) {
            CompletableFuture<?> unused = store.txn(Txn.guarded(
                            List.of(Compare.modRevision(entry.key(), entry.modRevision())),
                            List.of(new Op.Put(
                                    entry.key(),
                                    ShardRecord.grant(own.owner(), own.incarnation())
                                            .encode()))))
                    .whenComplete((result, failure) -> {
                        if (Wiring.wasNotProposed(failure) || (result != null && !result.succeeded())) {
                            postponed.add(() -> regrant(shard)); // until the record says another epoch
                        }
                    });
        }
    }

    /** This life of the node is over: it owns nothing, and what it was handed is for nobody. Any thread. */
    void clear() {
        onCluster(() -> {
            leaving.clear();
            arrivals.clear();
        });
    }
}
