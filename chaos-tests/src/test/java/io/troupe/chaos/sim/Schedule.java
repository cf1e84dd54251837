package io.troupe.chaos.sim;

import java.util.ArrayList;
import java.util.List;

import io.troupe.chaos.sim.SplitMix.Concern;

/**
 * Everything that is decided before a run: one seed gives one schedule, and a smaller schedule can be made from it.
 *
 * @param seed   where every draw during the run comes from
 * @param swarm  the surroundings
 * @param faults in order of time
 * @param ops    in order of time
 */
record Schedule(long seed, Swarm swarm, List<Fault> faults, List<ClientOp> ops) {
    /** Nodes that vote and own shards; the fourth has no vote. */
    static final int VOTERS = 3;

    static final int NODES = VOTERS + 1;
    static final int ENTITIES = 4;
    static final int MIN_FAULTS = 8;
    static final int MIN_OPS = 24;
    /** One of so many schedules is about moves. */
    private static final int MOVES_EVERY = 4;

    private static final long MS = 1_000_000;
    static final long CHAOS_NS = 2_400 * MS;
    private static final long FIRST_OP_NS = 20 * MS;
    private static final long FIRST_FAULT_NS = 150 * MS;

    /** What a schedule is mostly about. */
    enum Theme {
        /** Everything that there is. */
        ALL,
        /** No session ends unless by chance: shards move again and again, and most operations are for volatile actors. */
        MOVES;

        List<Fault.Kind> faults() {
            return this == ALL
                    ? List.of(Fault.Kind.values())
                    : List.of(Fault.Kind.DRAIN, Fault.Kind.DRAIN, Fault.Kind.NEW_LEADER, Fault.Kind.ONE_WAY);
        }

        int percent(ClientOp.Kind kind) {
            return this == ALL ? kind.percent() : kind.percentOfMoves();
        }
    }

    static Schedule draw(long seed) {
        Theme theme = seed % MOVES_EVERY == 0 ? Theme.MOVES : Theme.ALL;
        return new Schedule(
                seed,
                Swarm.draw(SplitMix.of(seed, Concern.SWARM)),
                faults(SplitMix.of(seed, Concern.FAULTS), theme),
                ops(SplitMix.of(seed, Concern.CLIENTS), theme));
    }

    /** True if the fourth node owns shards too; else it only sends. */
    boolean fourthHosts() {
        return (seed / MOVES_EVERY) % 2 == 1;
    }

    Schedule withFaults(List<Fault> fewer) {
        return new Schedule(seed, swarm, List.copyOf(fewer), ops);
    }

    Schedule withOps(List<ClientOp> fewer) {
        return new Schedule(seed, swarm, faults, List.copyOf(fewer));
    }

    Schedule withSwarm(Swarm calmer) {
        return new Schedule(seed, calmer, faults, ops);
    }

    private static List<Fault> faults(SplitMix random, Theme theme) {
        List<Fault> faults = new ArrayList<>();
        List<Fault.Kind> kinds = theme.faults();
        int count = MIN_FAULTS + random.below(5);
        int suspends = random.permille(200) ? 1 : 0;
        for (int i = 0; i < count; i++) {
            Fault.Kind kind = kinds.get(random.below(kinds.size()));
            if (kind == Fault.Kind.SUSPEND && suspends == 0) {
                kind = Fault.Kind.PAUSE;
            }
            int node = random.below(NODES);
            int other = (node + 1 + random.below(NODES - 1)) % NODES;
            long at = random.between(FIRST_FAULT_NS, CHAOS_NS - 100 * MS);
            long last = random.permille(300) ? random.between(300 * MS, 900 * MS) : random.between(5 * MS, 300 * MS);
            faults.add(new Fault(kind, at, last, node, other));
        }
        faults.sort((a, b) -> Long.compare(a.atNs(), b.atNs()));
        return List.copyOf(faults);
    }

    private static List<ClientOp> ops(SplitMix random, Theme theme) {
        List<ClientOp> ops = new ArrayList<>();
        int count = MIN_OPS + random.below(16);
        long at = FIRST_OP_NS;
        for (int number = 1; number <= count; number++) {
            at += random.between(0, 2 * (CHAOS_NS - FIRST_OP_NS) / count);
            ClientOp.Kind kind = kind(random.below(100), theme);
            int entity = random.permille(500) ? 0 : random.below(ENTITIES);
            ops.add(new ClientOp(number, Math.min(at, CHAOS_NS), random.below(NODES), entity, kind));
        }
        return List.copyOf(ops);
    }

    private static ClientOp.Kind kind(int dice, Theme theme) {
        int left = dice;
        for (ClientOp.Kind kind : ClientOp.Kind.values()) {
            left -= theme.percent(kind);
            if (left < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("the shares of the operations add up to less than " + dice + " %");
    }
}
