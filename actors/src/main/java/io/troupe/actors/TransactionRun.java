package io.troupe.actors;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.DurableCell.Result;
import io.troupe.actors.EntityStore.Write;
import io.troupe.actors.internal.durable.EntityCommitLog.Place;
import io.troupe.actors.internal.durable.Rendezvous;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction on the node that owns its shard. Each entity runs its part in a turn of its own, in its place among its
 * other messages, and holds still until the last one has: that one takes a place for the transaction in the commit log
 * of each, and proposes them as one commit. Then all go on, without waiting for the answer. Any thread.
 */
final class TransactionRun {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionRun.class);

    private final InboundMessage carrier;
    private final ShardCells home;
    private final EntityHost host;
    /** Guarded by itself. */
    private final Rendezvous<Decided> meeting;

    /** What an entity has decided; it holds still. */
    record Decided(DurableCell<?> cell, Letter letter, Outcome outcome) {}

    TransactionRun(InboundMessage carrier, int entities, ShardCells home, EntityHost host) {
        this.carrier = carrier;
        this.home = home;
        this.host = host;
        meeting = new Rendezvous<>(entities);
    }

    /** {@return the message that brought it} */
    InboundMessage carrier() {
        return carrier;
    }

    boolean isOver() {
        synchronized (meeting) {
            return meeting.isOver();
        }
    }

    /** An entity that holds still has decided; it may have been let go when this returns. False if its turn is over. */
    boolean onDecided(int number, Decided decided) {
        Rendezvous.Step step;
        List<Decided> all;
        synchronized (meeting) {
            step = meeting.arrive(number, decided);
            all = step == Rendezvous.Step.ALL ? meeting.takeAll() : List.of();
        }
        return switch (step) {
            case WAIT -> false;
            case OVER -> {
                decided.cell.letGo();
                yield true;
            }
            case ALL -> commit(all);
        };
    }

    /**
     * An entity that holds still has something else to do first. False if it must go on holding still: it is about to
     * be let go.
     */
    boolean leave(int number) {
        synchronized (meeting) {
            return meeting.leave(number);
        }
    }

    /** {@return true if an entity holds still because others have yet to decide} */
    boolean isWaiting(int number) {
        synchronized (meeting) {
            return meeting.isWaiting(number);
        }
    }

    /**
     * {@return true if this call has ended the meeting: then the message is to be ended} Who waits goes on without it.
     */
    boolean abandon() {
        List<Decided> waiting;
        synchronized (meeting) {
            if (meeting.isOver()) {
                return false;
            }
            waiting = meeting.end();
        }
        waiting.forEach(decided -> decided.cell.letGo());
        return true;
    }

    /** False when the store takes nothing now: then all try again a little later. Called while all hold still. */
    private boolean commit(List<Decided> all) {
        JointOutcome joint = JointOutcome.of(all.stream().map(Decided::outcome).toList());
        MetadataException.Code refused = propose(all, joint);
        if (refused == MetadataException.Code.TOO_LARGE) {
            String why = "the effects of its entities are together too large for one commit";
            LOG.warn("transaction {} fails: {}", carrier.id(), why);
            EntityId first = all.get(0).cell.id;
            refused = propose(
                    all,
                    JointOutcome.failed(
                            all.size(), why, List.of(() -> host.undelivered().deadLetter(first, carrier, why))));
        }
        for (Decided decided : all) {
            if (refused == null) {
                decided.cell.letGo();
            } else {
                decided.cell.letGoAndRunAgain(decided.letter);
            }
        }
        return refused == null;
    }

    private MetadataException.@Nullable Code propose(List<Decided> all, JointOutcome joint) {
        List<Object> before = new ArrayList<>(all.size());
        List<Place<Result, Object>> places = new ArrayList<>(all.size());
        List<Write> writes = new ArrayList<>(all.size());
        for (int number = 0; number < all.size(); number++) {
            Decided decided = all.get(number);
            Outcome outcome = joint.parts().get(number);
            before.add(decided.cell.log().state());
            Place<Result, Object> place =
                    decided.cell.log().propose(new Result(decided.letter, outcome), outcome.next());
            places.add(place);
            writes.add(new Write(decided.cell.id, place.predecessor(), place.id(), outcome));
        }
        CompletableFuture<TxnResult> commit = host.store().commit(home.shard, writes, joint.whole(), carrier);
        MetadataException.Code refused = EntityStore.refusal(commit);
        for (int number = 0; number < all.size(); number++) {
            DurableCell<?> cell = all.get(number).cell;
            if (refused == null) {
                cell.onProposed();
            } else {
                cell.log().withdraw(places.get(number), before.get(number));
            }
        }
        if (refused == null) {
            CompletableFuture<?> unused = commit.whenComplete((answer, failure) -> {
                if (failure != null) {
                    LOG.debug("transaction {} has no answer: {}", carrier.id(), failure.toString());
                } else if (answer instanceof TxnResult.Succeeded done) {
                    home.duties.onCommitted(joint.whole().changes(), null, done);
                }
                for (int number = 0; number < all.size(); number++) {
                    all.get(number).cell.onAnswered(places.get(number), answer);
                }
            });
        }
        return refused;
    }
}
