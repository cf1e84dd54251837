package io.troupe.chaos.sim;

import java.util.Objects;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.Nack;
import io.troupe.cluster.internal.delivery.OutboundMessage;
import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.delivery.SendChannel;
import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/** The sending side of a node: a production {@link SendChannel} per shard, and the client that uses it. */
final class Sender {
    private static final long DEADLINE_NS = 250_000_000;

    private final Simulation world;
    private final SimNode node;
    private final @Nullable SendChannel[] channels = new SendChannel[SimNode.SHARDS];
    private @Nullable SessionId session;

    Sender(Simulation world, SimNode node) {
        this.world = world;
        this.node = node;
    }

    void client(ClientOp op) {
        SendChannel channel = channel(Entities.shardOf(op.entity()));
        world.oracle.onSent(op, node);
        boolean soon = op.kind() == ClientOp.Kind.APPEND_SOON;
        OutboundMessage message = new OutboundMessage(
                op.kind() == ClientOp.Kind.APPEND_AGAIN
                        ? DeliveryGuarantee.AT_LEAST_ONCE
                        : DeliveryGuarantee.EXACTLY_ONCE,
                true,
                Entities.encode(op.number()),
                Integer.BYTES,
                soon ? node.clock.now() + DEADLINE_NS : OutboundMessage.NO_DEADLINE,
                (outcome, reply) -> world.oracle.onOutcome(op, outcome, reply));
        if (!channel.send(message, node.clock.now())) {
            world.oracle.onOutcome(op, new SendOutcome.NotExecuted(SendOutcome.Reason.BACK_PRESSURED), new byte[0]);
        }
    }

    private SendChannel channel(int shard) {
        SendChannel channel = channels[shard];
        if (channel == null) {
            channel = new SendChannel(shard, SimNode.LIMITS, this::transmit);
            channels[shard] = channel;
            channel.onRoute(node.route(shard), node.clock.now());
            SessionId current = session;
            if (current != null) {
                channel.open(current, node.clock.now());
            }
        }
        return channel;
    }

    private boolean transmit(Route route, OutboundMessage message, long floor, SessionId from) {
        boolean skip = message.abandoned();
        Frame frame = new Frame(
                message.shard(),
                from,
                message.sequence(),
                floor,
                route.epoch(),
                skip,
                message.deadlineNs(),
                skip ? 0 : Entities.decode(message.content()));
        if (route.owner().equals(node.id)) {
            node.receiver().onFrame(frame);
            return true;
        }
        SimNode to = world.node(route.owner());
        long remaining = frame.deadlineNs() - node.clock.now();
        return world.network.send(node, to, "data", () -> to.receiver().onFrame(stamped(frame, to, remaining)));
    }

    /** The deadline travels as remaining time. */
    private static Frame stamped(Frame frame, SimNode to, long remaining) {
        long deadline = frame.deadlineNs() == OutboundMessage.NO_DEADLINE
                ? OutboundMessage.NO_DEADLINE
                : to.clock.now() + remaining;
        return new Frame(
                frame.shard(),
                frame.source(),
                frame.sequence(),
                frame.floor(),
                frame.epoch(),
                frame.skip(),
                deadline,
                frame.op());
    }

    void onSession(@Nullable SessionId newSession) {
        session = newSession;
        for (SendChannel channel : channels) {
            if (channel != null && newSession == null) {
                channel.close(node.clock.now());
            } else if (channel != null) {
                channel.open(Objects.requireNonNull(newSession), node.clock.now());
            }
        }
    }

    void onRoute(int shard, @Nullable Route route) {
        SendChannel channel = channels[shard];
        if (channel != null) {
            channel.onRoute(route, node.clock.now());
        }
    }

    void onLink(String nodeId, boolean up) {
        for (SendChannel channel : channels) {
            if (channel != null) {
                channel.onLink(nodeId, up, node.clock.now());
            }
        }
    }

    void onAck(Frame frame, long nextExpected, End end, long epoch) {
        SendChannel channel = channels[frame.shard()];
        if (channel != null) {
            long life = frame.source().incarnation();
            channel.onAck(life, frame.sequence(), nextExpected, end.code(), end.reply(), epoch, node.clock.now());
        }
    }

    void onAccepted(Frame frame, long nextExpected, boolean gap, long epoch) {
        SendChannel channel = channels[frame.shard()];
        if (channel != null) {
            channel.onAccepted(frame.source().incarnation(), nextExpected, gap, epoch, node.clock.now());
        }
    }

    void onNack(Frame frame, Nack.Reason reason, String owner, long epoch) {
        SendChannel channel = channels[frame.shard()];
        if (channel != null) {
            channel.onNack(reason, owner, epoch, node.clock.now());
        }
    }

    void onTick(long now) {
        for (SendChannel channel : channels) {
            if (channel != null && !channel.isIdle()) {
                channel.onTick(now, world.retries.next());
            }
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("unsettled");
        for (int shard = 0; shard < channels.length; shard++) {
            SendChannel channel = channels[shard];
            if (channel != null && !channel.isIdle()) {
                text.append(' ').append(shard).append(':').append(channel.unsettled());
            }
        }
        return text.toString();
    }
}
