package io.troupe.cluster.internal.delivery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * One schedule: a sender, three nodes that may own the shard, a store and a network that loses, doubles and reorders;
 * first chaos, then a healed phase in which everything must settle. One seed gives one schedule.
 */
final class DeliverySimulation {
    private static final int ENTITIES = 3;
    private static final int CHAOS_STEPS = 220;
    private static final int HEAL_ROUNDS = 400;
    private static final long TICK_NS = 10;
    private static final String SENDER = "n0";

    /** Which faults this schedule has, and how many. */
    static final class Swarm {
        final boolean durable;
        final boolean fifo;
        final boolean local;
        final int loss;
        final int duplicates;
        final int ringFull;
        final int busy;
        final int deadlines;
        final int failovers;
        final int moves;
        final int cuts;
        final int sessionLosses;
        final int exactlyOnce;
        /** Messages whose sender waits for no answer: a volatile owner may tell of several at once. */
        final int tells;

        Swarm(SimRandom random) {
            durable = random.percent(60);
            fifo = random.percent(50);
            local = random.percent(50);
            loss = random.percent(50) ? random.below(40) : 0;
            duplicates = random.percent(50) ? random.below(40) : 0;
            ringFull = random.percent(50) ? random.below(50) : 0;
            busy = random.percent(30) ? random.below(30) : 0;
            deadlines = random.percent(40) ? random.below(60) : 0;
            failovers = random.percent(80) ? 1 + random.below(6) : 0;
            moves = random.percent(60) ? 1 + random.below(10) : 0;
            cuts = random.percent(50) ? 1 + random.below(5) : 0;
            sessionLosses = random.percent(40) ? 1 + random.below(4) : 0;
            exactlyOnce = random.percent(50) ? 100 : random.below(101);
            tells = random.percent(50) ? random.below(101) : 0;
        }
    }

    /** One message, what happened to it and what its sender was told. */
    private static final class Sent {
        final DeliveryGuarantee guarantee;
        final int entity;
        final boolean tell;

        @Nullable
        SendOutcome outcome;

        byte[] reply = {};
        int runs;
        int effects;

        Sent(DeliveryGuarantee guarantee, int entity, boolean tell) {
            this.tell = tell;
            this.guarantee = guarantee;
            this.entity = entity;
        }
    }

    final long seed;
    final SimRandom random;
    final Swarm swarm;
    final DeliveryLimits limits;
    final SimStore store = new SimStore();
    /** The shard's history in the table; each party knows a prefix of it. */
    final List<Route> grants = new ArrayList<>();

    final Map<Long, SimNode.Windows> handedOver = new HashMap<>();
    long now;

    private final SendChannel channel;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<Runnable> network = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    /** Indices of the messages in the order of their first runs, per entity and guarantee. */
    private final int[][] newestFirstRun = new int[ENTITIES][2];

    private int senderView = -1;
    private boolean senderHasSession;
    private long revision = 10;
    private boolean healed;
    long effects;
    long unknown;
    /** Of the frames that told of several ends: the most messages of one. */
    int longestRun;

    private final boolean tracing;
    private final List<String> trace = new ArrayList<>(List.of(""));

    DeliverySimulation(long seed, boolean tracing) {
        this.seed = seed;
        this.tracing = tracing;
        random = new SimRandom(seed);
        swarm = new Swarm(random);
        now = random.percent(20) ? Long.MAX_VALUE - random.below(3000) : random.nextLong();
        limits = new DeliveryLimits(2 + random.below(40), 40, 300, 1 + random.below(16), 8);
        channel = new SendChannel(0, limits, this::transmit);
        for (int node = 0; node < 3; node++) {
            nodes.add(new SimNode("n" + node, this, ENTITIES));
        }
    }

    void run() {
        try {
            grant(false);
            openSession();
            for (int step = 0; step < CHAOS_STEPS; step++) {
                step();
            }
            heal();
            check();
        } catch (IllegalStateException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    void fail(String what) {
        throw new AssertionError("seed " + seed + ": " + what + String.join("\n  ", trace));
    }

    /** Only when one seed is replayed: what happened, in order, as part of the failure. */
    void trace(Object... what) {
        if (tracing) {
            trace.add(now + " " + Arrays.toString(what));
        }
    }

    boolean isNewest(long epoch) {
        return grants.get(grants.size() - 1).epoch() == epoch;
    }

    int entityOf(SimNode.DataFrame frame) {
        return sent.get(frame.message()).entity;
    }

    boolean isTell(SimNode.DataFrame frame) {
        return sent.get(frame.message()).tell;
    }

    private void step() {
        now += random.below(4);
        int dice = random.below(100);
        if (!senderHasSession && random.percent(10)) {
            openSession();
        } else if (dice < 22) {
            send();
        } else if (dice < 50) {
            deliverOne();
        } else if (dice < 68) {
            nodes.get(random.below(3)).process(random.below(ENTITIES));
        } else if (dice < 76) {
            now += random.below(60);
            channel.onTick(now, random.nextLong());
        } else if (dice < 84) {
            learn();
        } else if (dice < 89) {
            nodes.get(random.below(3)).raiseFence();
        } else {
            fault();
        }
    }

    private void fault() {
        int dice = random.below(100);
        if (dice < 5 * swarm.failovers) {
            grant(false);
        } else if (dice < 5 * swarm.failovers + 5 * swarm.moves) {
            grant(true);
        } else {
            dice = random.below(100);
            if (dice < 10 * swarm.cuts) {
                cut();
            } else if (dice < 10 * swarm.cuts + 10 * swarm.sessionLosses) {
                loseSession();
            }
        }
    }

    private void send() {
        DeliveryGuarantee guarantee =
                random.percent(swarm.exactlyOnce) ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE;
        int index = sent.size();
        if (index > 60) {
            return;
        }
        Sent model = new Sent(guarantee, random.below(ENTITIES), random.percent(swarm.tells));
        trace("send", index, guarantee, "entity", model.entity, "as", channel.nextSequence());
        sent.add(model);
        long deadline = random.percent(swarm.deadlines) ? now + 1 + random.below(400) : OutboundMessage.NO_DEADLINE;
        boolean kept = channel.send(
                new OutboundMessage(
                        guarantee,
                        swarm.durable,
                        new byte[] {(byte) index},
                        1,
                        deadline,
                        (outcome, reply) -> onOutcome(model, index, outcome, reply)),
                now);
        if (!kept) {
            model.outcome = new SendOutcome.NotExecuted(SendOutcome.Reason.BACK_PRESSURED);
            if (channel.nextSequence() - channel.floor() < limits.maxUnsettled()) {
                fail("message " + index + " was refused below the limit");
            }
        }
    }

    private void onOutcome(Sent model, int index, SendOutcome outcome, byte[] reply) {
        if (model.outcome != null) {
            fail("message " + index + " was told " + model.outcome + " and then " + outcome);
        }
        trace("outcome", index, outcome);
        model.outcome = outcome;
        model.reply = reply;
        if (!healed && random.percent(20)) {
            send(); // whoever waited for the answer goes on with the next message, from within the call
        }
    }

    private SendOutput.Taken transmit(Route route, OutboundMessage message, long floor, SessionId session) {
        if (!healed && random.percent(swarm.ringFull)) {
            return SendOutput.Taken.NOT_NOW;
        }
        SimNode to = nodes.get(route.owner().charAt(1) - '0');
        boolean skip = message.abandoned();
        if (!skip && message.isPastDeadline(now)) {
            fail("sequence " + message.sequence() + " left after its deadline");
        }
        long remaining = message.deadlineNs() == OutboundMessage.NO_DEADLINE ? 0 : message.deadlineNs() - now;
        if (floor > message.sequence()) {
            fail("floor " + floor + " above sequence " + message.sequence());
        }
        // A Skip has no entity of its own: it goes to the first, like any message that has no order to keep.
        int index = skip ? 0 : message.content()[0];
        SimNode.DataFrame frame = new SimNode.DataFrame(
                to, route, session.incarnation(), message.sequence(), floor, skip, index, remaining);
        trace("transmit", frame);
        if (swarm.local && route.owner().equals(SENDER)) {
            to.onData(frame);
            if (random.percent(30)) {
                to.process(skip ? 0 : sent.get(index).entity);
            }
        } else {
            post(() -> to.onData(frame));
        }
        return SendOutput.Taken.YES;
    }

    void ack(SimNode.DataFrame frame, long nextExpected, End end, long epoch) {
        answer(
                frame.to(),
                () -> channel.onEnds(frame.incarnation(), frame.sequence(), 1, end, nextExpected, epoch, now));
    }

    void acks(SimNode from, long incarnation, DoneRun run, long nextExpected, long epoch) {
        longestRun = Math.max(longestRun, run.size());
        long first = run.first();
        long mask = run.mask();
        answer(from, () -> channel.onEnds(incarnation, first, mask, End.DONE, nextExpected, epoch, now));
    }

    void accepted(SimNode.DataFrame frame, long nextExpected, boolean gap, long epoch) {
        answer(frame.to(), () -> channel.onAccepted(frame.incarnation(), nextExpected, gap, epoch, now));
    }

    void nack(Nack.Reason reason, String owner, long epoch) {
        post(() -> channel.onNack(reason, owner, epoch, now));
    }

    private void answer(SimNode from, Runnable frame) {
        if (swarm.local && from.id.equals(SENDER) && random.percent(50)) {
            frame.run();
        } else {
            post(frame);
        }
    }

    private void post(Runnable frame) {
        if (healed || !random.percent(swarm.loss)) {
            network.add(frame);
        }
    }

    private void deliverOne() {
        if (network.isEmpty()) {
            return;
        }
        int index = swarm.fifo || healed ? 0 : random.below(network.size());
        Runnable frame = network.get(index);
        if (healed || !random.percent(swarm.duplicates)) {
            network.remove(index);
        }
        frame.run();
    }

    /** The table names a new owner; in a planned move the old one has drained and hands its windows over. */
    private void grant(boolean planned) {
        Route old = grants.isEmpty() ? null : grants.get(grants.size() - 1);
        int to = random.below(3);
        revision += 1 + random.below(3);
        long continues = 0;
        if (planned && old != null) {
            SimNode from = nodes.get(old.owner().charAt(1) - '0');
            if (from.id.equals("n" + to) || from.epoch != old.epoch() || !from.isDrained()) {
                return;
            }
            continues = old.epoch();
            handedOver.put(revision, from.windows());
            from.lose();
        } else if (old != null) {
            SimNode from = nodes.get(old.owner().charAt(1) - '0');
            // Volatile kinds have no fence in the store: only the lease stops their old owner, and here it has.
            if (!swarm.durable && from.epoch == old.epoch()) {
                from.lose();
            } else if (random.percent(50)) {
                from.crash();
            }
        }
        trace("grant", planned, "n" + to, revision, continues);
        grants.add(new Route("n" + to, 1, revision, continues));
    }

    private void learn() {
        int who = random.below(4);
        if (who < 3) {
            if (nodes.get(who).view < grants.size() - 1) {
                nodes.get(who).learn();
            }
        } else if (senderView < grants.size() - 1) {
            senderView++;
            trace("sender learns", grants.get(senderView));
            if (random.percent(20)) {
                channel.onRoute(null, now);
            }
            channel.onRoute(grants.get(senderView), now);
        }
    }

    /** Everything under way is lost, as far as it went over links. */
    private void cut() {
        trace("cut");
        network.clear();
        for (int node = 0; node < 3; node++) {
            channel.onLinkOpened("n" + node, now);
        }
    }

    private void loseSession() {
        trace("lose session");
        if (store.openSession != 0 && senderHasSession && random.percent(50)) {
            store.openSession = 0; // the store knows first
        } else if (senderHasSession) {
            store.openSession = 0;
            senderHasSession = false;
            channel.close(now);
        }
    }

    private void openSession() {
        revision++;
        store.openSession = revision;
        senderHasSession = true;
        trace("open session", revision);
        channel.open(new SessionId(SENDER, revision), now);
    }

    /** The handler ran; a rejection is a run without an effect. */
    void ran(int index, boolean effect, long epoch) {
        trace("ran", index, effect, epoch);
        Sent model = sent.get(index);
        model.runs++;
        if (effect) {
            effects++;
            model.effects++;
        }
        if (model.runs == 1) {
            int order = model.guarantee == DeliveryGuarantee.EXACTLY_ONCE ? 0 : 1;
            int newest = newestFirstRun[model.entity][order];
            if (newest > index) {
                fail("message " + index + " first ran in epoch " + epoch + " after the later " + newest);
            }
            newestFirstRun[model.entity][order] = index;
        }
    }

    private void heal() {
        healed = true;
        if (!senderHasSession || store.openSession == 0) {
            openSession();
        }
        grant(false);
        for (int round = 0; round < HEAL_ROUNDS; round++) {
            for (SimNode node : nodes) {
                while (node.view < grants.size() - 1) {
                    node.learn();
                }
                node.raiseFence();
                for (int entity = 0; entity < ENTITIES; entity++) {
                    node.process(entity);
                }
                node.tellEnded();
            }
            while (senderView < grants.size() - 1) {
                senderView++;
                channel.onRoute(grants.get(senderView), now);
            }
            for (int frames = network.size(); frames > 0; frames--) {
                deliverOne();
            }
            now += TICK_NS;
            channel.onTick(now, random.nextLong());
            if (channel.isIdle() && network.isEmpty()) {
                return;
            }
        }
        fail(channel.unsettled() + " messages are not settled " + HEAL_ROUNDS + " rounds after everything healed");
    }

    private void check() {
        for (int index = 0; index < sent.size(); index++) {
            Sent model = sent.get(index);
            if (!isRight(model, index)) {
                fail("message " + index + " (" + model.guarantee + (swarm.durable ? ", durable" : ", volatile")
                        + ") was told " + model.outcome + ", ran " + model.runs + " times and took effect "
                        + model.effects + " times");
            }
            if (model.outcome instanceof SendOutcome.Unknown) {
                unknown++;
            }
        }
    }

    private boolean isRight(Sent model, int index) {
        boolean once = model.guarantee == DeliveryGuarantee.EXACTLY_ONCE;
        if (once && model.runs > 1) {
            return false;
        }
        SendOutcome outcome = model.outcome;
        if (outcome instanceof SendOutcome.Committed || outcome instanceof SendOutcome.Processed) {
            boolean answered =
                    model.tell ? model.reply.length == 0 : model.reply.length == 1 && model.reply[0] == index;
            return model.effects > 0 && answered && outcome instanceof SendOutcome.Committed == swarm.durable;
        }
        if (outcome instanceof SendOutcome.NotExecuted) {
            return model.runs == 0;
        }
        if (outcome instanceof SendOutcome.Rejected) {
            return model.runs > 0 && (!once || model.effects == 0);
        }
        return outcome instanceof SendOutcome.Unknown;
    }
}
