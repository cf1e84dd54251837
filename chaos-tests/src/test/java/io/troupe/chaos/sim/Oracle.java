package io.troupe.chaos.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.WatchEvent;
import org.jspecify.annotations.Nullable;

/**
 * Knows all that truly happened to the lists, and checks the invariants with every entry of the log and every outcome
 * told.
 */
final class Oracle implements Simulation.Watcher {
    /** What happened to one operation. */
    private static final class Sent {
        final ClientOp op;

        @Nullable
        SimNode sender;

        /** What it was told, for a person; null while it waits. */
        @Nullable
        Object outcome;
        /** It was told that it is done. */
        boolean done;
        /** It was told that nobody knows. */
        boolean unknown;

        /** It was found out later that it has taken effect, or never will. */
        boolean resolved;

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

    private @Nullable Simulation watched;
    private final List<Sent> sent = new ArrayList<>();
    private final int[][] lists = new int[Schedule.ENTITIES][0];
    /** The newest number that was appended, per sender and entity. */
    private final int[][] order = new int[Schedule.NODES][Schedule.ENTITIES];
    /** The newest number that was poked for the first time, per sender and entity. */
    private final int[][] poked = new int[Schedule.NODES][Schedule.ENTITIES];

    /** The number of the schedule's last operation; what comes after it are the reads of the healed phase. */
    private final int lastDrawn;

    /** The newest token that a volatile actor ran under, per entity. */
    private final long[] tokens = new long[Schedule.ENTITIES];

    /** Some node's session has ended: what was under way then may stay unknown. */
    private boolean sessionEnded;

    /** By group, then by node. */
    private final @Nullable SessionId[][] sessions = new SessionId[1 + Schedule.MOST_STATE_GROUPS][Schedule.NODES];

    private final UnfencedOracle unfenced;

    private int waiting;
    private int committed;

    Oracle(List<ClientOp> ops) {
        unfenced = new UnfencedOracle(this);
        for (ClientOp op : ops) {
            record(op);
        }
        lastDrawn = Math.max(0, sent.size() - 1);
    }

    void watch(Simulation world) {
        watched = world;
    }

    Simulation world() {
        return Objects.requireNonNull(watched);
    }

    private Sent record(ClientOp op) {
        while (sent.size() <= op.number()) {
            sent.add(new Sent(op));
        }
        Sent one = new Sent(op);
        sent.set(op.number(), one);
        return one;
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

    /** {@return how many orders to move a shard were told to be carried out} */
    int moved() {
        return world().orders().moved();
    }

    /** {@return how many runs knew that somebody else may run the same} */
    int unowned() {
        return unfenced.unowned();
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

    void onSent(ClientOp op, SimNode sender) {
        Sent one = op.number() < sent.size() ? sent.get(op.number()) : record(op);
        one.sender = sender;
        one.knownLength = op.kind().isVolatile() ? 0 : lists[op.entity()].length;
        waiting++;
        world().trace.detail(op.number(), "sent", op);
    }

    @Override
    public void onCrash(SimNode node) {
        for (Sent one : sent) {
            if (one.sender == node && one.outcome == null && !one.orphan) {
                one.orphan = true;
                waiting--;
            }
        }
    }

    /** An ask was answered. */
    void onReply(ClientOp op, int length) {
        Sent one = told(op, "length " + length);
        one.done = true;
        committed++;
        onDone(one, length);
    }

    /** A message sent above AT_MOST_ONCE has ended. */
    void onTold(ClientOp op, SendOutcome outcome) {
        boolean done = outcome instanceof SendOutcome.Committed
                || outcome instanceof SendOutcome.Processed
                || outcome instanceof SendOutcome.Accepted;
        if (!done) {
            onFailed(op, outcome);
            return;
        }
        Sent one = told(op, outcome);
        one.done = true;
        committed++;
        if (one.applied == 0 && op.kind() != ClientOp.Kind.HINT) {
            throw lost(one, "told done");
        }
    }

    /** An operation came to nothing, or nobody knows. */
    void onFailed(ClientOp op, SendOutcome outcome) {
        Sent one = told(op, outcome);
        one.unknown = outcome instanceof SendOutcome.Unknown;
        if (!one.unknown && one.applied > 0) {
            throw world().violation("I1 the outcome is true", op + " took effect, but its sender is told " + outcome);
        }
        if (one.unknown && !sessionEnded && op.kind() != ClientOp.Kind.APPEND_SOON) {
            throw world().violation(
                            "I5 unknown only after a loss", op + " is told " + outcome + " and no session has ended");
        }
    }

    /** What was unknown has been found out. */
    void onResolved(ClientOp op, SendOutcome found) {
        Sent one = sent.get(op.number());
        world().trace.detail(op.number(), "resolved", found);
        one.resolved = !(found instanceof SendOutcome.Unknown);
        boolean committed = found instanceof SendOutcome.Committed;
        if (one.resolved && op.kind().appends() && committed != one.applied > 0) {
            throw world().violation(
                            "I1 the outcome is true",
                            op + " is resolved as " + found + ", the log has it " + one.applied + " times");
        }
    }

    private Sent told(ClientOp op, Object outcome) {
        Sent one = sent.get(op.number());
        world().trace.detail(op.number(), "outcome", outcome);
        if (one.outcome != null || one.orphan) {
            throw world().violation("I5 one outcome", op + " was told " + one.outcome + " and then " + outcome);
        }
        one.outcome = outcome;
        waiting--;
        return one;
    }

    private Violation lost(Sent one, String told) {
        return world().violation(
                        "I1 no acknowledged operation is lost",
                        one.op + " is " + told + ", the log has it " + one.applied + " times at " + one.place);
    }

    private void onDone(Sent one, int length) {
        ClientOp op = one.op;
        if (op.kind().isVolatile()) {
            if (one.applied == 0 || length != op.number()) {
                throw lost(one, "answered with " + length);
            }
            return;
        }
        int real = lists[op.entity()].length;
        if (op.kind() == ClientOp.Kind.REFUSED) {
            throw world().violation("I1 the outcome is true", op + " was refused, but its sender is told it is done");
        }
        if (op.kind().appends() && (one.applied == 0 || (one.applied == 1 && one.place != length))) {
            throw lost(one, "told done at place " + length);
        }
        if (length < one.knownLength || length > real) {
            throw world().violation(
                            "I5 reads see what was there before",
                            op + " answers length " + length + ", in the log when it was sent: " + one.knownLength
                                    + ", in the log now: " + real);
        }
    }

    /** A volatile actor has run an operation: an effect that everybody outside sees. */
    void onRun(int number, long token, boolean isOwner) {
        Sent one = sent.get(number);
        ClientOp op = one.op;
        one.applied++;
        if (op.isUnfenced()) {
            unfenced.onRun(one.op, token, isOwner, Objects.requireNonNull(one.sender).index);
        }
        boolean mayRunAgain = op.isOnce() ? op.isUnfenced() : op.kind() == ClientOp.Kind.POKE;
        if (one.applied > 1 && !mayRunAgain) {
            throw world().violation("I2 no operation is applied twice", op + " ran again");
        }
        if (one.outcome != null && !one.done && !one.unknown) {
            throw world().violation("I1 the outcome is true", op + " runs after its sender was told " + one.outcome);
        }
        if (op.isUnfenced()) {
            return;
        }
        if (token < tokens[op.entity()]) {
            if (world().believers().clocksBroken()) {
                return; // a machine that was suspended with its clock does not know yet that its lease has passed
            }
            throw world().violation(
                            "I3 epochs never interleave",
                            op + " runs with token " + token + " after one with " + tokens[op.entity()]);
        }
        tokens[op.entity()] = Math.max(token, tokens[op.entity()]);
        int sender = Objects.requireNonNull(one.sender).index;
        if (op.kind() == ClientOp.Kind.POKE && one.applied == 1) {
            if (number < poked[sender][op.entity()]) {
                throw world().violation("I4 order of a sender", op + " runs after " + poked[sender][op.entity()]);
            }
            poked[sender][op.entity()] = number;
        }
    }

    @Override
    public void onApplied(int group, List<WatchEvent> events, MetadataView view) {
        sessionEnded |= hasEndedSession(group, view);
        for (WatchEvent event : events) {
            if (event instanceof WatchEvent.Put put && put.key().startsWith(Entities.PREFIX)) {
                onEntity(put.entry());
            } else if (event.key().startsWith(Entities.PREFIX)) {
                throw world().violation("I1 no acknowledged operation is lost", event.key() + " was deleted");
            }
        }
    }

    /** What a sender has settled is kept with its session in the log of the shard: the loss of either is one. */
    private boolean hasEndedSession(int group, MetadataView view) {
        @Nullable SessionId[] known = sessions[group];
        for (SimNode node : world().nodes) {
            MetadataView.Session session = view.session(node.id);
            SessionId before = known[node.index];
            if (session != null && (!session.open() || (before != null && !before.equals(session.id())))) {
                return true;
            }
            known[node.index] = session == null ? before : session.id();
        }
        return false;
    }

    private void onEntity(KeyValue entry) {
        int entity = Entities.entityOf(entry.key());
        int[] list = lists[entity];
        int[] longer = Entities.numbers(entry.value());
        if (longer.length != list.length + 1 || !Arrays.equals(list, Arrays.copyOf(longer, list.length))) {
            throw world().violation(
                            "I1 no acknowledged operation is lost",
                            "entity " + entity + " had " + Arrays.toString(list) + ", now " + Arrays.toString(longer));
        }
        lists[entity] = longer;
        onAppended(sent.get(longer[list.length]), longer.length);
    }

    private void onAppended(Sent one, int length) {
        ClientOp op = one.op;
        one.applied++;
        one.place = length;
        boolean once = op.kind() != ClientOp.Kind.APPEND_AGAIN;
        if (once && one.applied > 1) {
            throw world().violation("I2 no operation is applied twice", op + " was appended again");
        }
        if (one.resolved) {
            throw world().violation("I1 the outcome is true", op + " is appended after it was resolved");
        }
        if (one.outcome != null && !one.unknown && one.applied == 1) {
            throw world().violation(
                            "I1 the outcome is true", op + " is appended after its sender was told " + one.outcome);
        }
        int sender = Objects.requireNonNull(one.sender).index;
        if (once) {
            if (op.number() < order[sender][op.entity()]) {
                throw world().violation(
                                "I4 order of a sender", op + " is appended after " + order[sender][op.entity()]);
            }
            order[sender][op.entity()] = op.number();
        }
    }

    /** Everything has settled: what the store has is what was told. */
    void atRest() {
        for (Sent one : sent) {
            if (one.sender != null && one.op.number() > lastDrawn && !one.done) {
                throw world().violation("I7 reads through the new owners", one.op + " came to " + one.outcome);
            }
            if (one.done && one.op.kind().appends() && one.applied == 0) {
                throw world().violation("I1 no acknowledged operation is lost", one.op + " is not in its list");
            }
        }
    }
}
