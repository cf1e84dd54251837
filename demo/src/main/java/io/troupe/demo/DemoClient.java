package io.troupe.demo;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.demo.input.OrderLine;
import io.troupe.demo.verdict.Totals;
import org.jspecify.annotations.Nullable;

/** The driver's node: no vote, no log, no shards; one order line is one message. */
final class DemoClient implements OrderGateway {
    private static final String NODE_ID = "driver";

    private final ClusterActorSystem system;
    private final DeliveryGuarantee guarantee;

    DemoClient(ClusterActorSystem system, Mode mode) {
        this.system = system;
        this.guarantee = switch (mode) {
            case EXACTLY_ONCE -> DeliveryGuarantee.EXACTLY_ONCE;
            case AT_LEAST_ONCE -> DeliveryGuarantee.AT_LEAST_ONCE;
        };
    }

    /** Joins as a node without vote, log or shards. */
    static CompletableFuture<ClusterActorSystem> join(List<Seed> seeds, ClusterSettings settings) {
        ClusterConfig.Builder config = ClusterConfig.builder(NODE_ID)
                .clusterName(NodeFile.CLUSTER_NAME)
                .lease(settings.failover().lease())
                .election(settings.failover().election())
                .stateGroups(settings.stateGroups());
        seeds.forEach(seed -> config.addNode(seed.nodeId(), seed.host(), seed.messagingPort(), seed.raftPort()));
        return ClusterActorSystem.start(config.build(), NodeMain.MESSAGES);
    }

    @Override
    public CompletionStage<Sent> send(EntityKind kind, String id, OrderLine line) {
        Account.Message message = new Account.Ordered(line.line(), line.quantity(), line.unitPriceMilli());
        Pid<Account.Message> target = system.entity(kindOf(kind), id);
        return target.tell(message, guarantee)
                .thenCompose(outcome -> outcome instanceof SendOutcome.Unknown unknown
                        ? target.resolve(unknown)
                        : CompletableFuture.completedFuture(outcome))
                .thenApply(DemoClient::sentOf);
    }

    private static Sent sentOf(SendOutcome outcome) {
        if (outcome instanceof SendOutcome.Committed) {
            return Sent.DONE;
        }
        return outcome instanceof SendOutcome.NotExecuted ? Sent.REFUSED : Sent.UNKNOWN;
    }

    @Override
    public CompletionStage<Totals> read(EntityKind kind, String id, Duration limit) {
        return system.entity(kindOf(kind), id)
                .ask(new Account.Read(), limit)
                .thenApply(state -> new Totals(
                        state.events(), state.units(), state.amountMilli(), state.lastLine(), state.chain()));
    }

    @Override
    public int shardCount() {
        return system.cluster().config().shards();
    }

    @Override
    public int shardOf(EntityKind kind, String id) {
        return system.cluster().shardOf(kindOf(kind).shardSet(), kindOf(kind).name(), id);
    }

    @Override
    public @Nullable String ownerOf(int shard) {
        return system.cluster().owner(shard);
    }

    @Override
    public long retried() {
        return system.cluster().retransmissions();
    }

    @Override
    public void cutLink(String nodeId) {
        system.cluster().cutLink(nodeId);
    }

    private static Kind<Account.Message> kindOf(EntityKind kind) {
        return switch (kind) {
            case CUSTOMER -> Account.CUSTOMER;
            case STOCK -> Account.STOCK;
        };
    }
}
