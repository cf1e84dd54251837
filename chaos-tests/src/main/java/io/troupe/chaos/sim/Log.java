package io.troupe.chaos.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.troupe.chaos.sim.SplitMix.Concern;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.Applied;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;

/**
 * The replicated log by what it promises and no more, around the real state machine. Entries of the leader commit in
 * order while it reaches a majority. A deposed leader goes on believing for a while; of its open entries some may be
 * committed by the next one, and nobody is told. The views of the nodes follow as they hear of the leader. Each group
 * of the cluster has a log, with a leader of its own; they share the nodes and the network, and nothing else.
 */
final class Log {
    private static final long MS = 1_000_000;
    private static final long WATCH_NS = 30 * MS;
    private static final long ELECTION_NS = 120 * MS;
    private static final long RETRY_NS = 15 * MS;

    /** What one entry made of the store. */
    record Published(StateView view, List<WatchEvent> events) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Open(SimNode proposer, int life, long number, byte[] bytes) {}

    private final Simulation world;
    /** Whose log this is. */
    private final int group;

    private final SplitMix random;
    private final MetadataState state;
    /** Every committed entry, oldest first; a node's view is a prefix of it. */
    private final List<Published> published = new ArrayList<>();
    /** Entries of the leader that are not committed. */
    private final ArrayDeque<Open> open = new ArrayDeque<>();

    private @Nullable SimNode leader;
    private int leaderLife;
    private long term;
    private long lastWell;
    private long lastCommitAt;

    Log(Simulation world, int group, StateView origin) {
        state = new MetadataState(origin);
        this.world = world;
        this.group = group;
        random = group == 0
                ? SplitMix.of(world.seed(), Concern.LOG)
                : new SplitMix(SplitMix.of(world.seed(), Concern.GROUP_LOGS).next() + group);
        published.add(new Published(origin, List.of()));
    }

    void start() {
        elect();
        world.after(WATCH_NS, step("log"), null, this::watch);
    }

    /** A step of this log, as the trace has it. */
    private String step(String what) {
        return step(what, group);
    }

    /** {@return the name of a step of a group in the trace; that of the first group has no number} */
    static String step(String what, int group) {
        return group == 0 ? what : what + " of group " + group;
    }

    private NodeStore store(SimNode node) {
        return node.store(group);
    }

    long term() {
        return term;
    }

    int size() {
        return published.size();
    }

    Published at(int index) {
        return published.get(index);
    }

    StateView view() {
        return state.view();
    }

    boolean isServed() {
        SimNode current = leader;
        return current != null && isWell(current) && open.isEmpty();
    }

    private boolean isWell(SimNode node) {
        return node.isUp() && !node.isStill() && node.life() == leaderLife && hasMajority(node);
    }

    private boolean hasMajority(SimNode node) {
        int reached = 0;
        for (int voter = 0; voter < world.topology().voters(); voter++) {
            reached += world.network.talk(node, world.nodes[voter]) ? 1 : 0;
        }
        return 2 * reached > world.topology().voters();
    }

    private void watch() {
        world.after(WATCH_NS, step("log"), null, this::watch);
        SimNode current = leader;
        if (current != null && isWell(current)) {
            lastWell = world.now();
            for (SimNode node : world.nodes) {
                spread(current, node);
            }
        } else if (world.now() - lastWell > ELECTION_NS) {
            elect();
        }
        for (SimNode node : world.nodes) {
            if (node.isUp() && !node.isStill() && store(node).isDeposed() && learnsOfDeposition(node)) {
                world.after(0, step("deposed"), node, store(node)::onNotLeading);
            }
        }
    }

    private boolean learnsOfDeposition(SimNode node) {
        SimNode current = leader;
        return (current != null && world.network.talk(current, node)) || random.permille(100);
    }

    private void spread(SimNode from, SimNode to) {
        if (world.network.talk(from, to) && store(to).applied() < published.size() - 1) {
            long lag = world.isCalm() ? MS : world.swarm().viewLagNs();
            int known = published.size() - 1;
            world.after(
                    random.between(MS / 10, lag),
                    step("apply"),
                    to,
                    () -> store(to).applyUpTo(known));
        }
    }

    /** A voter that reaches a majority leads in a new term; the present leader may be the one, or nobody can. */
    void elect() {
        List<SimNode> able = Arrays.stream(world.nodes)
                .limit(world.topology().voters())
                .filter(node -> node.isUp() && !node.isStill() && hasMajority(node))
                .toList();
        if (able.isEmpty()) {
            return;
        }
        lead(able.get(random.below(able.size())));
    }

    /** The leader makes another voter the leader; false if that one cannot be. */
    boolean handOver(SimNode heir) {
        boolean able = heir.isUp() && !heir.isStill() && hasMajority(heir);
        if (able) {
            lead(heir);
        }
        return able;
    }

    private void lead(SimNode next) {
        SimNode old = leader;
        for (int survivors = random.below(open.size() + 1); survivors > 0; survivors--) {
            apply(open.remove());
        }
        open.clear();
        if (old != null && old != next && old.isUp() && old.life() == leaderLife) {
            store(old).depose();
        }
        term++;
        leader = next;
        leaderLife = next.life();
        lastWell = world.now();
        lastCommitAt = world.now();
        long newTerm = term;
        world.after(0, step("leads"), next, () -> {
            if (term == newTerm) {
                store(next).applyUpTo(published.size() - 1);
                store(next).onLeading(newTerm);
            }
        });
    }

    /** A leader appends; if it leads no more, what it appends is lost, and it will be told that it does not know. */
    void propose(SimNode proposer, long number, List<byte[]> commands) {
        if (proposer != leader
                || proposer.life() != leaderLife
                || store(proposer).term() != term) {
            return;
        }
        open.add(new Open(proposer, proposer.life(), number, EntryCodec.join(commands)));
        Swarm swarm = world.swarm();
        boolean faulty = !world.isCalm();
        long delay = random.between(MS / 2, 3 * MS);
        if (faulty && random.permille(swarm.slowCommits())) {
            delay += random.between(0, 200 * MS);
        }
        if (faulty && random.permille(swarm.unknown())) {
            world.after(
                    random.between(0, 2 * delay),
                    step("unknown"),
                    proposer,
                    () -> store(proposer).onUnknown(number));
        }
        lastCommitAt = Math.max(lastCommitAt, world.now() + delay);
        long inTerm = term;
        world.after(lastCommitAt - world.now(), step("commit"), proposer, () -> commit(proposer, inTerm, number));
    }

    private void commit(SimNode proposer, long inTerm, long number) {
        if (term != inTerm || open.isEmpty() || open.getFirst().number() > number) {
            return;
        }
        if (!hasMajority(proposer)) {
            world.after(RETRY_NS, step("commit"), proposer, () -> commit(proposer, inTerm, number));
            return;
        }
        while (!open.isEmpty() && open.getFirst().number() <= number) {
            Open entry = open.remove();
            Applied applied = apply(entry);
            store(proposer).applyUpTo(published.size() - 1);
            store(proposer).onApplied(entry.number(), applied.outcomes());
        }
        for (SimNode node : world.nodes) {
            if (node != proposer) {
                spread(proposer, node);
            }
        }
    }

    private Applied apply(Open entry) {
        Applied applied = state.apply(term, EntryCodec.decode(entry.bytes()));
        published.add(new Published(state.view(), applied.events()));
        world.trace.detail(state.view().revision(), step("committed entry"), entry.number());
        world.onApplied(group, applied.events(), state.view());
        return applied;
    }

    @Override
    public String toString() {
        return step("log") + ", " + published.size() + " entries, term " + term + ", leader " + leader;
    }
}
