package io.troupe.chaos.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.troupe.actors.internal.durable.CommitId;
import io.troupe.actors.internal.durable.EntityCommitLog;
import io.troupe.actors.internal.durable.EntityCommitLog.Answer;
import io.troupe.actors.internal.durable.EntityCommitLog.Place;
import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.OutboundMessage;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;

/** An active durable entity: drives a production {@link EntityCommitLog} as the actors' durable cell does. */
final class Cell {
    private static final int MAX_PIPELINED = 16;
    private static final int BATCH = 8;

    private final Simulation world;
    private final SimNode node;
    private final HostedShard shard;
    private final int entity;
    private final EntityCommitLog<Result, byte[]> log;
    private final ArrayDeque<Frame> mailbox = new ArrayDeque<>();
    private final ArrayDeque<Frame> again = new ArrayDeque<>();
    private final ArrayDeque<Answered> answers = new ArrayDeque<>();
    private boolean scheduled;
    private boolean stopped;

    private record Result(Frame frame, End end) {}

    private record Answered(
            Place<Result, byte[]> place, @Nullable TxnResult result) {}

    Cell(Simulation world, SimNode node, HostedShard shard, int entity, long activation) {
        this.world = world;
        this.node = node;
        this.shard = shard;
        this.entity = entity;
        KeyValue stored = node.store().view().get(Entities.key(entity));
        log = stored == null
                ? new EntityCommitLog<>(null, new byte[0], shard.epoch, activation)
                : new EntityCommitLog<>(
                        CommitId.decode(stored.value()),
                        Arrays.copyOfRange(stored.value(), CommitId.LENGTH, stored.value().length),
                        shard.epoch,
                        activation);
    }

    void offer(Frame frame) {
        mailbox.add(frame);
        wake();
    }

    void stop() {
        stopped = true;
    }

    void wake() {
        if (!stopped && !scheduled) {
            scheduled = true;
            long delay = world.isHealed()
                    ? 1000
                    : node.random.between(1000, world.schedule.swarm().handlerNs());
            world.after(delay, "turn", node, this::run);
        }
    }

    private void run() {
        boolean more = !stopped && turn();
        scheduled = false;
        if (more || (!stopped && hasWork())) {
            wake();
        }
    }

    private boolean hasWork() {
        return !answers.isEmpty()
                || (log.mayPropose()
                        && log.inFlight() < MAX_PIPELINED
                        && !(mailbox.isEmpty() && again.isEmpty())
                        && node.receiver().mayRun(shard));
    }

    private boolean turn() {
        for (Answered answered; (answered = answers.poll()) != null; ) {
            onAnswer(answered);
            if (stopped) {
                return false;
            }
        }
        List<Result> discarded = log.takeDiscarded();
        if (world.plant == Plant.DISCARDED_TO_TAIL) {
            discarded.forEach(result -> again.add(result.frame()));
        } else {
            for (int i = discarded.size() - 1; i >= 0; i--) {
                again.addFirst(discarded.get(i).frame());
            }
        }
        for (int handled = 0; handled < BATCH; handled++) {
            if (!log.mayPropose()
                    || log.inFlight() >= MAX_PIPELINED
                    || !node.receiver().mayRun(shard)) {
                return false;
            }
            Frame frame = again.isEmpty() ? mailbox.poll() : again.poll();
            if (frame == null) {
                return false;
            }
            propose(frame);
        }
        return true;
    }

    private void propose(Frame frame) {
        world.oracle.onBelief(node);
        boolean late = frame.deadlineNs() != OutboundMessage.NO_DEADLINE && node.clock.now() - frame.deadlineNs() >= 0;
        ClientOp op = world.oracle.op(frame.op());
        byte[] state = log.state();
        byte[] next = !late && op.kind().appends() ? Entities.append(state, op.number()) : null;
        End end = late
                ? End.EXPIRED
                : op.kind() == ClientOp.Kind.REFUSED
                        ? End.rejected("refused")
                        : new End(End.Code.DONE, Entities.encode((next == null ? state : next).length / 4));
        Place<Result, byte[]> place = log.propose(new Result(frame, end), next);
        world.trace.detail(frame.op(), node.id, "runs entity", entity, op.kind(), place.id());
        var unused = node.store().txn(commit(frame, place, end)).whenComplete((answer, failure) -> {
            answers.add(new Answered(place, answer));
            wake();
        });
        if (world.plant == Plant.ACK_BEFORE_COMMIT) {
            node.receiver().onEnd(shard, frame, end);
        }
    }

    private Txn commit(Frame frame, Place<Result, byte[]> place, End end) {
        Plant plant = world.plant;
        String key = Entities.key(entity);
        CommitId predecessor = place.predecessor();
        List<Compare> compare = new ArrayList<>(2);
        if (plant != Plant.NO_FENCE) {
            compare.add(ClusterKeys.fenceHolds(shard.shard, shard.epoch));
        }
        if (plant != Plant.NO_PREDECESSOR) {
            compare.add(predecessor == null ? Compare.absent(key) : Compare.valueStartsWith(key, predecessor.encode()));
        }
        List<Op> then = new ArrayList<>(2);
        if (plant != Plant.NO_SETTLE) {
            then.add(Receiver.settle(frame, end.code().wire(), end.reply()));
        }
        CommitId id = place.id();
        byte[] next = place.next();
        if (id != null && next != null) {
            then.add(new Op.Put(key, id.withState(next)));
        }
        return new Txn(compare, then, List.of(new Op.Get(ClusterKeys.fence(shard.shard))));
    }

    private void onAnswer(Answered answered) {
        Result result = answered.place().message();
        TxnResult answer = answered.result();
        switch (log.onAnswer(answered.place(), classify(answer))) {
            case TELL -> {
                if (world.plant != Plant.ACK_BEFORE_COMMIT) {
                    node.receiver().onEnd(shard, result.frame(), result.end());
                }
            }
            case TELL_AS_SETTLED -> {
                if (answer instanceof TxnResult.SettleRefused refused && refused.reason() == TxnResult.Reason.SETTLED) {
                    node.receiver()
                            .onEnd(shard, result.frame(), new End(End.Code.of(refused.outcome()), refused.reply()));
                }
            }
            case STOP -> stop();
            case NOTHING -> {
                // It runs again.
            }
        }
    }

    private Answer classify(@Nullable TxnResult answer) {
        if (answer == null) {
            return Answer.FENCED;
        }
        if (answer instanceof TxnResult.Succeeded) {
            return Answer.COMMITTED;
        }
        if (answer instanceof TxnResult.SettleRefused) {
            return Answer.SETTLED_BEFORE;
        }
        KeyValue fence = answer.reads().isEmpty() ? null : answer.reads().get(0);
        return fence != null && Arrays.equals(fence.value(), ClusterKeys.epochBytes(shard.epoch))
                ? Answer.NOT_THE_SUCCESSOR
                : Answer.FENCED;
    }
}
