package io.troupe.chaos.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.troupe.actors.internal.durable.CommitId;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;

/** Knows all that truly happened, and checks the invariants with every entry of the log and every outcome told. */
final class Oracle {
    /** What happened to one operation. */
    private static final class Sent {
        final ClientOp op;

        @Nullable
        SimNode sender;

        @Nullable
        SendOutcome outcome;
        /** Its sender died before it was told. */
        boolean orphan;
        /** Times it was appended. */
        int applied;
        /** The length of its entity's list just after it was appended. */
        int place;
        /** How long the list was in the log when it was sent. */
        int knownLength;

        Sent(ClientOp op) {
            this.op = op;
        }
    }

    private final Simulation world;
    private final List<Sent> sent = new ArrayList<>();
    private final byte[][] lists = new byte[Schedule.ENTITIES][0];
    private final @Nullable CommitId[] newest = new CommitId[Schedule.ENTITIES];
    private final long[] epochs = new long[SimNode.SHARDS];
    /** The newest number that was appended, per sender and entity. */
    private final int[][] order = new int[Schedule.NODES][Schedule.ENTITIES];

    /** The number of the schedule's last operation; what comes after it are the reads of the healed phase. */
    private final int lastDrawn;

    private boolean clocksBroken;
    private int waiting;
    private int committed;

    Oracle(Simulation world) {
        this.world = world;
        for (ClientOp op : world.schedule.ops()) {
            record(op);
        }
        lastDrawn = Math.max(0, sent.size() - 1);
    }

    private Sent record(ClientOp op) {
        while (sent.size() <= op.number()) {
            sent.add(new Sent(op));
        }
        Sent one = new Sent(op);
        sent.set(op.number(), one);
        return one;
    }

    ClientOp op(int number) {
        return sent.get(number).op;
    }

    int entityOf(int number) {
        return op(number).entity();
    }

    int waiting() {
        return waiting;
    }

    int lastDrawn() {
        return lastDrawn;
    }

    int committed() {
        return committed;
    }

    String waitingOps() {
        StringBuilder text = new StringBuilder("(");
        for (Sent one : sent) {
            if (one.sender != null && one.outcome == null && !one.orphan) {
                text.append(one.op).append(' ');
            }
        }
        return text.append(')').toString();
    }

    void breakClocks() {
        clocksBroken = true;
    }

    boolean clocksBroken() {
        return clocksBroken;
    }

    void onSent(ClientOp op, SimNode sender) {
        Sent one = op.number() < sent.size() ? sent.get(op.number()) : record(op);
        one.sender = sender;
        one.knownLength = lists[op.entity()].length / Integer.BYTES;
        waiting++;
        world.trace.detail(op.number(), "sent", op);
    }

    void onCrash(SimNode node) {
        for (Sent one : sent) {
            if (one.sender == node && one.outcome == null && !one.orphan) {
                one.orphan = true;
                waiting--;
            }
        }
    }

    void onOutcome(ClientOp op, SendOutcome outcome, byte[] reply) {
        Sent one = sent.get(op.number());
        world.trace.detail(op.number(), "outcome", outcome);
        if (one.outcome != null || one.orphan) {
            throw world.violation("I5 one outcome", op + " was told " + one.outcome + " and then " + outcome);
        }
        one.outcome = outcome;
        waiting--;
        boolean done = outcome instanceof SendOutcome.Committed;
        if (done) {
            committed++;
            onDone(one, Entities.decode(reply));
        } else if (!(outcome instanceof SendOutcome.Unknown) && one.applied > 0) {
            throw world.violation("I1 the outcome is true", op + " is in the list, but its sender is told " + outcome);
        }
    }

    private void onDone(Sent one, int length) {
        ClientOp op = one.op;
        int real = lists[op.entity()].length / Integer.BYTES;
        if (op.kind() == ClientOp.Kind.REFUSED) {
            throw world.violation("I1 the outcome is true", op + " was refused, but its sender is told it is done");
        }
        if (op.kind().appends() && (one.applied == 0 || (one.applied == 1 && one.place != length))) {
            throw world.violation(
                    "I1 no acknowledged operation is lost",
                    op + " is told done at place " + length + ", the log has it " + one.applied + " times at "
                            + one.place);
        }
        if (length < one.knownLength || length > real) {
            throw world.violation(
                    "I5 reads see what was there before",
                    op + " answers length " + length + ", in the log when it was sent: " + one.knownLength
                            + ", in the log now: " + real);
        }
    }

    /** One more entry of the log was applied. */
    void onApplied(List<WatchEvent> events, StateView view) {
        for (WatchEvent event : events) {
            if (event instanceof WatchEvent.Put put && put.key().startsWith(Entities.PREFIX)) {
                onEntity(put.entry(), view);
            } else if (event.key().startsWith(Entities.PREFIX)) {
                throw world.violation("I1 no acknowledged operation is lost", event.key() + " was deleted");
            }
        }
    }

    private void onEntity(KeyValue entry, StateView view) {
        int entity = Entities.entityOf(entry.key());
        int shard = Entities.shardOf(entity);
        CommitId id = CommitId.decode(entry.value());
        KeyValue fence = view.get(ClusterKeys.fence(shard));
        if (id.epoch() < epochs[shard]
                || fence == null
                || !Arrays.equals(fence.value(), ClusterKeys.epochBytes(id.epoch()))) {
            throw world.violation(
                    "I3 epochs never interleave",
                    "shard " + shard + " accepts an effect of epoch " + id.epoch() + " after one of " + epochs[shard]
                            + ", its fence is " + fence);
        }
        epochs[shard] = id.epoch();
        newest[entity] = id;
        byte[] list = lists[entity];
        byte[] longer = Arrays.copyOfRange(entry.value(), CommitId.LENGTH, entry.value().length);
        if (longer.length != list.length + Integer.BYTES || !Arrays.equals(list, Arrays.copyOf(longer, list.length))) {
            throw world.violation(
                    "I1 no acknowledged operation is lost",
                    "entity " + entity + " had " + Arrays.toString(list) + ", now " + Arrays.toString(longer));
        }
        lists[entity] = longer;
        onAppended(sent.get(Entities.decode(Arrays.copyOfRange(longer, list.length, longer.length))), longer.length);
    }

    private void onAppended(Sent one, int length) {
        ClientOp op = one.op;
        one.applied++;
        one.place = length / Integer.BYTES;
        boolean once = op.kind() != ClientOp.Kind.APPEND_AGAIN;
        if (once && one.applied > 1) {
            throw world.violation("I2 no operation is applied twice", op + " was appended again");
        }
        if (one.outcome != null && !(one.outcome instanceof SendOutcome.Unknown) && one.applied == 1) {
            throw world.violation(
                    "I1 the outcome is true", op + " is appended after its sender was told " + one.outcome);
        }
        int sender = Objects.requireNonNull(one.sender).index;
        if (once) {
            if (op.number() < order[sender][op.entity()]) {
                throw world.violation("I4 order of a sender", op + " is appended after " + order[sender][op.entity()]);
            }
            order[sender][op.entity()] = op.number();
        }
    }

    /** A node may have begun to believe that it runs a shard: nobody else may. */
    void onBelief(SimNode node) {
        if (clocksBroken) {
            return;
        }
        for (int shard = 0; shard < SimNode.SHARDS; shard++) {
            if (!node.receiver().believes(shard)) {
                continue;
            }
            for (SimNode other : world.nodes) {
                if (other != node && other.isUp() && other.receiver().believes(shard)) {
                    throw world.violation(
                            "I6 one believer", node + " and " + other + " both believe in shard " + shard);
                }
            }
        }
    }

    boolean mapsAgree() {
        for (int shard = 0; shard < SimNode.SHARDS; shard++) {
            Route route = world.nodes[0].route(shard);
            if (route == null) {
                return false;
            }
            for (SimNode node : world.nodes) {
                if (!route.equals(node.route(shard))) {
                    return false;
                }
            }
            if (!world.node(route.owner()).receiver().believes(shard)) {
                return false;
            }
        }
        return true;
    }

    /** Everything has settled: what the store has is what was told. */
    void atRest() {
        for (Sent one : sent) {
            if (one.sender != null && one.op.number() > lastDrawn && !(one.outcome instanceof SendOutcome.Committed)) {
                throw world.violation("I7 reads through the new owners", one.op + " came to " + one.outcome);
            }
            if (one.outcome instanceof SendOutcome.Committed && one.op.kind().appends() && one.applied == 0) {
                throw world.violation("I1 no acknowledged operation is lost", one.op + " is not in its list");
            }
        }
        for (int entity = 0; entity < Schedule.ENTITIES; entity++) {
            KeyValue stored = world.log.view().get(Entities.key(entity));
            int length = stored == null ? 0 : stored.value().length - CommitId.LENGTH;
            if (length != lists[entity].length) {
                throw world.violation("I1 no acknowledged operation is lost", "entity " + entity + " has " + length);
            }
        }
    }
}
