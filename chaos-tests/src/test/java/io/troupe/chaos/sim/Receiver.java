package io.troupe.chaos.sim;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

import io.troupe.chaos.sim.HostedShard.State;
import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.Nack;
import io.troupe.cluster.internal.delivery.ReceiveChannel;
import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;

/** The receiving side of a node: does with a frame what the runtime's receiver does, through the production channels. */
final class Receiver {
    private static final byte[] NO_REPLY = {};

    private final Simulation world;
    private final SimNode node;
    private final @Nullable HostedShard[] hosted = new HostedShard[SimNode.SHARDS];
    private final ArrayDeque<Frame> early = new ArrayDeque<>();
    private long activations;

    Receiver(Simulation world, SimNode node) {
        this.world = world;
        this.node = node;
    }

    long nextActivation() {
        return ++activations;
    }

    boolean mayRun(HostedShard shard) {
        boolean lease =
                world.plant == Plant.NO_SELF_FENCING || node.membership().isLeaseValid();
        return shard.state == State.ACTIVE && lease;
    }

    /** True if this node takes itself for the one that may run the shard. */
    boolean believes(int shard) {
        HostedShard current = hosted[shard];
        return current != null && mayRun(current);
    }

    void onFrame(Frame frame) {
        Route route = node.route(frame.shard());
        long viewEpoch = route == null ? 0 : route.epoch();
        if (frame.epoch() > viewEpoch) {
            if (early.size() < 4 * SimNode.LIMITS.maxHeld()) {
                early.add(frame);
            }
            return;
        }
        HostedShard shard = hosted[frame.shard()];
        if (shard == null || route == null || shard.epoch != viewEpoch || frame.epoch() != viewEpoch) {
            nack(frame, Nack.Reason.NOT_OWNER, route);
            return;
        }
        switch (shard.state) {
            case RAISING -> {
                if (shard.held.size() < SimNode.LIMITS.maxHeld()) {
                    shard.held.add(frame);
                } else {
                    nack(frame, Nack.Reason.BUSY, route);
                }
            }
            case ACTIVE -> accept(shard, frame, route);
            case LOST -> nack(frame, Nack.Reason.FENCED, route);
        }
    }

    private void accept(HostedShard shard, Frame frame, Route route) {
        if (!mayRun(shard)) {
            nack(frame, Nack.Reason.FENCED, route);
            return;
        }
        ReceiveChannel channel = shard.channel(frame.source(), node.store());
        if (channel == null) {
            return;
        }
        switch (channel.onData(frame.sequence(), frame.floor())) {
            case DELIVER -> deliver(shard, frame);
            case SETTLED -> {
                End end = channel.end(frame.sequence());
                if (end != null) {
                    ack(frame, channel.nextExpected(), end, shard.epoch);
                }
            }
            case GAP -> accepted(frame, channel.nextExpected(), true, shard.epoch);
            case IN_PROGRESS -> accepted(frame, channel.nextExpected(), false, shard.epoch);
            case WINDOW_FULL -> nack(frame, Nack.Reason.BUSY, route);
            case BELOW_FLOOR -> {
                // The sender knows; nothing waits.
            }
        }
    }

    private void deliver(HostedShard shard, Frame frame) {
        if (frame.skip()) {
            skipInLog(shard, frame);
            return;
        }
        int entity = world.oracle.entityOf(frame.op());
        Cell cell = shard.cells.get(entity);
        if (cell == null) {
            cell = new Cell(world, node, shard, entity, nextActivation());
            shard.cells.put(entity, cell);
        }
        cell.offer(frame);
    }

    private void skipInLog(HostedShard shard, Frame frame) {
        Txn poison = Txn.guarded(
                List.of(ClusterKeys.fenceHolds(shard.shard, shard.epoch)),
                List.of(settle(frame, End.Code.SKIPPED.wire(), NO_REPLY)));
        var unused = node.store().txn(poison).whenComplete((result, failure) -> {
            if (result instanceof TxnResult.Succeeded) {
                onEnd(shard, frame, End.SKIPPED);
            } else if (result instanceof TxnResult.SettleRefused refused
                    && refused.reason() == TxnResult.Reason.SETTLED) {
                onEnd(shard, frame, new End(End.Code.of(refused.outcome()), refused.reply()));
            }
        });
    }

    static Op.Settle settle(Frame frame, int code, byte[] reply) {
        return new Op.Settle(frame.source(), frame.shard(), frame.sequence(), frame.floor(), code, reply);
    }

    void onEnd(HostedShard shard, Frame frame, End end) {
        long nextExpected = 1;
        ReceiveChannel channel = shard.existingChannel(frame.source());
        if (channel != null) {
            channel.onEnd(frame.sequence(), end);
            nextExpected = channel.nextExpected();
        }
        ack(frame, nextExpected, end, shard.epoch);
    }

    void onRoute(int shard, @Nullable Route route) {
        HostedShard current = hosted[shard];
        if (current != null && (route == null || route.epoch() != current.epoch)) {
            lose(current);
        }
        SessionId session = node.membership().session();
        if (route != null
                && session != null
                && route.owner().equals(session.nodeId())
                && route.ownerIncarnation() == session.incarnation()
                && (current == null || current.epoch != route.epoch())) {
            raiseFence(new HostedShard(shard, route.epoch()));
        }
        releaseEarly(shard);
    }

    private void releaseEarly(int shard) {
        List<Frame> due = early.stream().filter(frame -> frame.shard() == shard).toList();
        early.removeIf(frame -> frame.shard() == shard);
        due.forEach(this::onFrame);
    }

    private void raiseFence(HostedShard shard) {
        hosted[shard.shard] = shard;
        if (world.plant == Plant.NO_RAISED_FENCE) {
            activate(shard);
            return;
        }
        NodeStore store = node.store();
        var unused = store.txn(ClusterKeys.raiseFence(shard.shard, shard.epoch))
                .thenCompose(result -> store.awaitRevision(result.revision()).thenApply(revision -> result))
                .whenComplete((result, failure) -> {
                    if (failure != null || !(result.succeeded() || fenceIsOurs(shard, result))) {
                        lose(shard);
                    } else {
                        activate(shard);
                    }
                });
    }

    private static boolean fenceIsOurs(HostedShard shard, TxnResult result) {
        KeyValue fence = result.reads().isEmpty() ? null : result.reads().get(0);
        return fence != null && Arrays.equals(fence.value(), ClusterKeys.epochBytes(shard.epoch));
    }

    private void activate(HostedShard shard) {
        if (shard.state != State.RAISING) {
            return;
        }
        shard.state = State.ACTIVE;
        world.trace.detail(shard.epoch, node.id, "active shard", shard.shard);
        world.oracle.onBelief(node);
        Route route = node.route(shard.shard);
        for (Frame frame; route != null && (frame = shard.held.poll()) != null; ) {
            accept(shard, frame, route);
        }
    }

    private void lose(HostedShard shard) {
        if (shard.state != State.LOST) {
            world.trace.detail(shard.epoch, node.id, "loses shard", shard.shard);
        }
        shard.lose();
    }

    void loseAll() {
        for (HostedShard shard : hosted) {
            if (shard != null) {
                lose(shard);
            }
        }
    }

    void onLeaseRenewed() {
        for (HostedShard shard : hosted) {
            if (shard != null) {
                shard.cells.values().forEach(Cell::wake);
            }
        }
    }

    /** True if every shard that the table gives this node is active. */
    boolean isSettled() {
        for (int shard = 0; shard < hosted.length; shard++) {
            Route route = node.route(shard);
            if (route == null || (route.owner().equals(node.id) && !believes(shard))) {
                return false;
            }
        }
        return true;
    }

    private void ack(Frame frame, long nextExpected, End end, long epoch) {
        SimNode to = world.node(frame.source().nodeId());
        world.trace.detail(frame.op(), node.id, "ends", frame, end.code());
        if (to == node) {
            to.sender().onAck(frame, nextExpected, end, epoch);
        } else {
            world.network.send(node, to, "ack", () -> to.sender().onAck(frame, nextExpected, end, epoch));
        }
    }

    private void accepted(Frame frame, long nextExpected, boolean gap, long epoch) {
        SimNode to = world.node(frame.source().nodeId());
        if (to == node) {
            to.sender().onAccepted(frame, nextExpected, gap, epoch);
        } else {
            world.network.send(node, to, "accepted", () -> to.sender().onAccepted(frame, nextExpected, gap, epoch));
        }
    }

    private void nack(Frame frame, Nack.Reason reason, @Nullable Route route) {
        SimNode to = world.node(frame.source().nodeId());
        String owner = route == null ? "" : route.owner();
        long epoch = route == null ? 0 : route.epoch();
        if (to == node) {
            to.sender().onNack(frame, reason, owner, epoch);
        } else {
            world.network.send(node, to, "nack", () -> to.sender().onNack(frame, reason, owner, epoch));
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("shards");
        for (HostedShard shard : hosted) {
            if (shard != null) {
                text.append(' ')
                        .append(shard.shard)
                        .append('@')
                        .append(shard.epoch)
                        .append(shard.state);
            }
        }
        return text.toString();
    }
}
