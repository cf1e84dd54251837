package io.troupe.actors;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

import io.troupe.actors.internal.lifecycle.IdleSweep;

/**
 * Asks entities to leave the memory that nobody has used, or that are more than their kind may have. They leave by
 * themselves, in a turn of theirs, if they still can then. Confined to the cluster thread.
 */
final class Passivation {
    /** Each idle time is looked after so many times: an entity stays a quarter longer at most. */
    private static final int LOOKS_PER_IDLE_TIME = 4;

    private static final long LONGEST_ROUND_NS = 60_000_000_000L;

    /** What goes beyond the limit at once: 1/16 of it, so that not every new entity costs a look at all. */
    private static final int SLACK = 16;

    /** Looking at one entity takes less than this; a look at all is followed by as much rest. */
    private static final long REST_PER_ENTITY_NS = 1_000;

    private final Entities entities;
    private final List<KindHost> limited;
    private final IdleSweep sweep;
    private final boolean sweeps;
    private long restUntilNs;

    /** The entities in the memory of a node. */
    interface Entities {
        void forEachCell(int shard, Consumer<Cell> visitor);

        /** Those of all shards. */
        void forEachCell(Consumer<Cell> visitor);
    }

    Passivation(Entities entities, int shards, Collection<KindHost> kinds, long nowNs) {
        this.entities = entities;
        limited = kinds.stream()
                .filter(kind -> kind.kind.options().stay().most() > 0)
                .toList();
        long shortestNs = kinds.stream()
                .mapToLong(kind -> kind.kind.options().stay().idleNs())
                .filter(idleNs -> idleNs > 0)
                .min()
                .orElse(0);
        sweeps = shortestNs > 0;
        sweep = new IdleSweep(
                shards,
                sweeps ? Math.min(shortestNs / LOOKS_PER_IDLE_TIME, LONGEST_ROUND_NS) : LONGEST_ROUND_NS,
                nowNs);
        restUntilNs = nowNs;
    }

    void onTick(long nowNs) {
        if (sweeps) {
            for (int due = sweep.due(nowNs); due > 0; due--) {
                entities.forEachCell(sweep.next(), cell -> {
                    long idleNs = cell.kind.kind.options().stay().idleNs();
                    if (idleNs > 0 && nowNs - cell.usedNs() >= idleNs) {
                        cell.passivateIfIdle();
                    }
                });
            }
        }
        if (!limited.isEmpty() && nowNs - restUntilNs >= 0) {
            for (KindHost kind : limited) {
                if (excess(kind) > 0) {
                    restUntilNs = nowNs + makeRoom(kind, nowNs) * REST_PER_ENTITY_NS;
                }
            }
        }
    }

    private static int excess(KindHost kind) {
        return kind.active() - kind.kind.options().stay().most();
    }

    /** {@return how many entities were looked at} */
    private int makeRoom(KindHost kind, long nowNs) {
        List<Candidate> candidates = new ArrayList<>(kind.active());
        int[] looked = {0};
        entities.forEachCell(cell -> {
            looked[0]++;
            if (cell.kind == kind && cell.isIdle()) {
                candidates.add(new Candidate(cell, nowNs - cell.usedNs()));
            }
        });
        candidates.sort(Comparator.comparingLong(Candidate::idleNs).reversed());
        // Counted after the look: one that was asked before may have left since, and another must not leave in its
        // place.
        int excess = excess(kind);
        int leave = excess > 0 ? Math.min(excess + kind.kind.options().stay().most() / SLACK, candidates.size()) : 0;
        candidates.subList(0, leave).forEach(candidate -> candidate.cell.passivateIfIdle());
        return looked[0];
    }

    /** The idle time is read once: it must not change while it is sorted by. */
    private record Candidate(Cell cell, long idleNs) {}
}
