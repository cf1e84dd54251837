package io.troupe.cluster.internal.runtime;

import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a node that starts can do what it is started for: it is announced with its present session, all nodes and
 * shard sets that it wants are there, and it runs every shard it owns. Decided once. Any thread, but ticks on the
 * cluster thread.
 */
final class Readiness {
    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

    private final ClusterConfig config;
    private final MetadataStore store;
    private final Membership membership;
    private final ShardSets sets;
    private final RoutingTable routing;
    private final Diagnosis diagnosis;
    private final CompletableFuture<Void> decided = new CompletableFuture<>();

    Readiness(
            ClusterConfig config,
            MetadataStore store,
            Membership membership,
            ShardSets sets,
            RoutingTable routing,
            Diagnosis diagnosis) {
        this.config = config;
        this.store = store;
        this.membership = membership;
        this.sets = sets;
        this.routing = routing;
        this.diagnosis = diagnosis;
    }

    CompletableFuture<Void> decided() {
        return decided;
    }

    void onTick() {
        if (decided.isDone()) {
            return;
        }
        addSets();
        if (!decided.isDone() && isReady()) {
            LOG.info("node {} is ready", config.nodeId());
            decided.complete(null);
        }
    }

    /** What this node cannot do it must not be started with. */
    private void addSets() {
        if (membership.session() != null) {
            try {
                sets.onTick();
            } catch (ClusterException e) {
                decided.completeExceptionally(e);
            }
        }
    }

    private boolean isReady() {
        SessionId session = membership.session();
        LiveNode announced = LiveNode.find(store.view(), config.nodeId());
        return announced != null
                && announced.session().equals(session)
                && diagnosis.waitingShards() == 0
                && sets.areServed(routing)
                && diagnosis.missingHosts() == 0;
    }

    /** Too late, unless it is decided. */
    void onTimeout() {
        if (!decided.isDone()) {
            fail(new ClusterException(
                    ClusterException.Code.TIMEOUT,
                    "node " + config.nodeId() + " was not ready after "
                            + config.startTimeout().toMillis() + " ms: "
                            + String.join("; ", diagnosis.findings())));
        }
    }

    /** While starting, a refusal is an error of the configuration; later it is another node's trouble. */
    void onRefused(String node, String reason) {
        if (decided.isDone()) {
            LOG.warn("node {} and {} do not talk: {}", config.nodeId(), node, reason);
        } else {
            fail(new ClusterException(ClusterException.Code.SEEDS_DIFFER, reason));
        }
    }

    void fail(Throwable failure) {
        decided.completeExceptionally(Wiring.explain(failure));
    }
}
