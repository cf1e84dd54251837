package io.troupe.cluster.internal.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.troupe.metadata.SettledWindow;

/** An owner: what the shell round {@link ReceiveChannel} has to do, in the fewest lines. */
final class SimNode {
    private static final int MAX_HELD = 6;

    /** One message as it came in; the content is its index in the simulation. */
    record DataFrame(
            SimNode to,
            Route route,
            long incarnation,
            long sequence,
            long floor,
            boolean skip,
            int message,
            long remainingNs) {}

    /** A message in the mailbox of its entity. */
    private record Waiting(DataFrame frame, long deadlineNs) {}

    enum State {
        NONE,
        RAISING,
        ACTIVE,
        LOST
    }

    final String id;
    private final DeliverySimulation world;
    int view = -1;
    State state = State.NONE;
    long epoch;
    private Map<Long, ReceiveChannel> channels = new HashMap<>();
    /** What has ended here or before the planned moves that led here, per session. */
    private Map<Long, TreeMap<Long, End>> ended = new HashMap<>();

    private Map<Long, Long> floors = new HashMap<>();
    /**
     * What a planned move hands over, per session. A node passes on what it was given, also if it had no use for it.
     */
    record Windows(Map<Long, Long> floors, Map<Long, TreeMap<Long, End>> ended) {
        static final Windows NONE = new Windows(Map.of(), Map.of());
    }

    private final List<ArrayDeque<Waiting>> mailboxes = new ArrayList<>();
    private final List<DataFrame> held = new ArrayList<>();
    private long newestIncarnation;
    /** Ended, and neither in the channels nor told to their senders; what a turn has ended, in production. */
    private final List<DataFrame> untold = new ArrayList<>();

    SimNode(String id, DeliverySimulation world, int entities) {
        this.id = id;
        this.world = world;
        for (int entity = 0; entity < entities; entity++) {
            mailboxes.add(new ArrayDeque<>());
        }
    }

    /** The next grant becomes known here. */
    void learn() {
        view++;
        world.trace("learns", this);
        Route route = world.grants.get(view);
        if (route.owner().equals(id)) {
            lose();
            epoch = route.epoch();
            state = State.RAISING;
            Windows given = world.handedOver.getOrDefault(epoch, Windows.NONE);
            floors.putAll(given.floors());
            given.ended().forEach((incarnation, ends) -> ended.put(incarnation, new TreeMap<>(ends)));
        } else if (state != State.NONE) {
            lose();
        }
        List<DataFrame> again = new ArrayList<>(held);
        held.clear();
        again.forEach(this::onData);
    }

    void raiseFence() {
        world.trace("raises", this);
        if (state == State.RAISING) {
            state = world.isNewest(epoch) && world.store.raiseFence(epoch) ? State.ACTIVE : State.LOST;
            List<DataFrame> again = new ArrayList<>(held);
            held.clear();
            again.forEach(this::onData);
        }
    }

    void lose() {
        state = State.LOST;
        forget();
        tellEnded(); // it has run, whoever owns the shard now
    }

    void crash() {
        untold.clear();
        forget();
        state = State.NONE;
    }

    private void forget() {
        channels = new HashMap<>();
        ended = new HashMap<>();
        floors = new HashMap<>();
        mailboxes.forEach(ArrayDeque::clear);
        newestIncarnation = 0;
    }

    boolean isDrained() {
        return state == State.ACTIVE && mailboxes.stream().allMatch(ArrayDeque::isEmpty);
    }

    Windows windows() {
        tellEnded();
        return new Windows(floors, ended);
    }

    @Override
    public String toString() {
        return id + " view " + view + " epoch " + epoch + " " + state;
    }

    void onData(DataFrame frame) {
        world.trace("arrives", frame);
        Route known = view < 0 ? null : world.grants.get(view);
        long viewEpoch = known == null ? 0 : known.epoch();
        boolean early = frame.route().epoch() > viewEpoch
                || (state == State.RAISING && frame.route().epoch() == epoch);
        if (early) {
            if (held.size() < MAX_HELD) {
                held.add(frame);
            }
            return;
        }
        if (known == null || !known.owner().equals(id) || frame.route().epoch() < viewEpoch) {
            world.nack(Nack.Reason.NOT_OWNER, known == null ? "" : known.owner(), viewEpoch);
            return;
        }
        if (state != State.ACTIVE) {
            world.nack(Nack.Reason.FENCED, id, viewEpoch);
            return;
        }
        if (frame.incarnation() < newestIncarnation) {
            return;
        }
        newestIncarnation = frame.incarnation();
        floors.merge(frame.incarnation(), frame.floor(), Math::max);
        accept(frame);
    }

    private void accept(DataFrame frame) {
        ReceiveChannel channel = channels.computeIfAbsent(
                frame.incarnation(), incarnation -> new ReceiveChannel(earlier(incarnation), world.limits.maxWindow()));
        switch (channel.onData(frame.sequence(), frame.floor())) {
            case DELIVER -> {
                if (world.random.percent(world.swarm.busy)) {
                    channel.onNotTaken(frame.sequence());
                    world.nack(Nack.Reason.BUSY, id, epoch);
                } else {
                    long deadline = frame.remainingNs() == 0 ? Long.MAX_VALUE : world.now + frame.remainingNs();
                    mailboxes.get(world.entityOf(frame)).add(new Waiting(frame, deadline));
                }
            }
            case SETTLED -> {
                End end = channel.end(frame.sequence());
                if (end != null) {
                    world.ack(frame, channel.nextExpected(), end, epoch);
                }
            }
            case IN_PROGRESS -> world.accepted(frame, channel.nextExpected(), false, epoch);
            case GAP -> world.accepted(frame, channel.nextExpected(), true, epoch);
            case WINDOW_FULL -> world.fail("a sender with the same limits went beyond the window: " + frame);
            case BELOW_FLOOR -> {}
        }
    }

    private SettledWindow earlier(long incarnation) {
        return world.swarm.durable
                ? world.store.window(incarnation)
                : SimStore.window(
                        floors.getOrDefault(incarnation, 1L), ended.getOrDefault(incarnation, new TreeMap<>()));
    }

    /** Takes the head of one mailbox to its end. */
    void process(int entity) {
        ArrayDeque<Waiting> mailbox = mailboxes.get(entity);
        Waiting head = mailbox.poll();
        if (head == null || state != State.ACTIVE) {
            return;
        }
        DataFrame frame = head.frame();
        End end;
        if (frame.skip()) {
            end = End.SKIPPED;
        } else if (head.deadlineNs() != Long.MAX_VALUE && world.now - head.deadlineNs() >= 0) {
            end = End.EXPIRED;
        } else if (world.random.percent(5)) {
            end = End.rejected("rejected");
        } else {
            end = world.isTell(frame) ? End.DONE : new End(End.Code.DONE, new byte[] {(byte) frame.message()});
        }
        if (world.swarm.durable && !settle(frame, end)) {
            return;
        }
        if (end.code() == End.Code.DONE || end.code() == End.Code.REJECTED) {
            world.ran(frame.message(), end.code() == End.Code.DONE, epoch);
        }
        if (end.equals(End.DONE) && !world.swarm.durable) {
            untold.add(frame);
            if (world.random.percent(40)) {
                tellEnded();
            }
            return;
        }
        ReceiveChannel channel = Objects.requireNonNull(channels.get(frame.incarnation()));
        channel.onEnd(frame.sequence(), end);
        ended.computeIfAbsent(frame.incarnation(), any -> new TreeMap<>()).put(frame.sequence(), end);
        world.ack(frame, channel.nextExpected(), end, epoch);
    }

    /** Of each sender in as few frames as can be. */
    void tellEnded() {
        while (!untold.isEmpty()) {
            long incarnation = untold.get(0).incarnation();
            DoneRun run = new DoneRun(untold.get(0).sequence());
            ReceiveChannel channel = channels.get(incarnation);
            untold.removeIf(frame -> {
                if (frame.incarnation() != incarnation || !run.add(frame.sequence())) {
                    return false;
                }
                if (channel != null) {
                    channel.onEnd(frame.sequence(), End.DONE);
                    ended.computeIfAbsent(incarnation, any -> new TreeMap<>()).put(frame.sequence(), End.DONE);
                }
                return true;
            });
            world.acks(this, incarnation, run, channel == null ? 1 : channel.nextExpected(), epoch);
        }
    }

    private boolean settle(DataFrame frame, End end) {
        SimStore.Settled settled = world.store.settle(epoch, frame.incarnation(), frame.sequence(), frame.floor(), end);
        switch (settled) {
            case FENCED -> lose();
            case SETTLED_BEFORE -> world.fail("the store had to refuse what the channel should have known: " + frame);
            case APPLIED, SESSION_CLOSED, BELOW_FLOOR -> {}
        }
        return settled == SimStore.Settled.APPLIED;
    }
}
