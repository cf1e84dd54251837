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
    /** Of each sort: an operation's entity is below this, or below twice this for an actor that goes on unfenced. */
    static final int ENTITIES = 4;

    static final int MIN_FAULTS = 8;
    static final int MIN_OPS = 24;
    /** Themes come again after so many seeds. */
    private static final int THEMES = 16;

    /** The fourth node's part changes every so many seeds. */
    private static final int PARTS = 4;

    /** Most logs for the states of entities besides the cluster's own. */
    static final int MOST_STATE_GROUPS = 3;

    /** So many of {@link #ALL_PARTS} schedules have such logs. */
    private static final int PARTS_WITH_STATE_GROUPS = 1;

    private static final int ALL_PARTS = 16;

    private static final long MS = 1_000_000;
    static final long CHAOS_NS = 2_400 * MS;
    private static final long FIRST_OP_NS = 20 * MS;
    private static final long FIRST_FAULT_NS = 150 * MS;

    /** What a schedule is mostly about. */
    enum Theme {
        /** Everything that there is. */
        ALL,
        /**
         * No session ends unless by chance: shards move again and again, and most operations are for volatile actors.
         */
        MOVES,
        /** Everything, and again and again a user moves a shard himself. */
        ORDERS,
        /** The same, nodes are cut off for long, and most operations are for actors that then go on. */
        UNFENCED;

        static Theme of(long seed) {
            return switch ((int) (seed % THEMES)) {
                case 0, 4 -> MOVES;
                case 8, 12 -> ORDERS;
                case 6, 10 -> UNFENCED;
                default -> ALL;
            };
        }

        List<Fault.Kind> faults() {
            return switch (this) {
                case ALL -> Fault.Kind.ofStorms();
                case MOVES -> List.of(Fault.Kind.DRAIN, Fault.Kind.DRAIN, Fault.Kind.NEW_LEADER, Fault.Kind.ONE_WAY);
                case ORDERS -> and(Fault.Kind.MOVE, Fault.Kind.MOVE, Fault.Kind.MOVE, Fault.Kind.MOVE);
                case UNFENCED -> and(Fault.Kind.MOVE, Fault.Kind.ISOLATE, Fault.Kind.ISOLATE, Fault.Kind.PAUSE);
            };
        }

        private static List<Fault.Kind> and(Fault.Kind... more) {
            List<Fault.Kind> kinds = new ArrayList<>(Fault.Kind.ofStorms());
            kinds.addAll(List.of(more));
            return kinds;
        }

        /** How many faults last longer than a lease may, per mille. */
        int longFaults() {
            return this == UNFENCED ? 700 : 300;
        }

        int percent(ClientOp.Kind kind) {
            return this == ALL || this == ORDERS ? kind.percent() : kind.percentOfMoves();
        }
    }

    static Schedule draw(long seed) {
        Theme theme = Theme.of(seed);
        return new Schedule(
                seed,
                Swarm.draw(SplitMix.of(seed, Concern.SWARM)),
                faults(SplitMix.of(seed, Concern.FAULTS), theme),
                ops(SplitMix.of(seed, Concern.CLIENTS), theme));
    }

    /** True if the fourth node owns shards too; else it only sends. */
    boolean fourthHosts() {
        return (seed / PARTS) % 2 == 1;
    }

    /** {@return how many logs keep the states of entities besides the cluster's own; none in most schedules} */
    int stateGroups() {
        SplitMix random = SplitMix.of(seed, Concern.STATE_GROUPS);
        return random.below(ALL_PARTS) < PARTS_WITH_STATE_GROUPS ? 1 + random.below(MOST_STATE_GROUPS) : 0;
    }

    /** True if some actors go on without a majority. */
    boolean hasUnfenced() {
        return Theme.of(seed) == Theme.UNFENCED;
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
            long last = random.permille(theme.longFaults())
                    ? random.between(300 * MS, 900 * MS)
                    : random.between(5 * MS, 300 * MS);
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
            if (theme == Theme.UNFENCED && kind.isVolatile() && random.permille(700)) {
                entity += ENTITIES;
            }
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
