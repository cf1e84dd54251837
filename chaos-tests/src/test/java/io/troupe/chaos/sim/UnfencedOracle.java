package io.troupe.chaos.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What holds for actors that go on without a majority, of which there may be one for each token: who is told to be the
 * owner is the newest; one activation runs nothing twice that is to run once, and keeps the order of a sender.
 */
final class UnfencedOracle {
    private final Oracle oracle;
    /** The newest token that an actor ran under, per entity. */
    private final Map<Integer, Long> newest = new HashMap<>();
    /** What each activation has run. */
    private final Map<Activation, Set<Integer>> runs = new HashMap<>();
    /** What some activation has run. It may run again after anything: a sender repeats what it is not sure of. */
    private final Set<Integer> everRun = new HashSet<>();
    /** The newest number that was poked for the first time, per activation and sender. */
    private final Map<Pair, Integer> poked = new HashMap<>();

    private int unowned;

    private record Activation(int entity, long token) {}

    private record Pair(int sender, Activation activation) {}

    UnfencedOracle(Oracle oracle) {
        this.oracle = oracle;
    }

    /** {@return how many runs knew that somebody else may run the same} */
    int unowned() {
        return unowned;
    }

    void onRun(ClientOp op, long token, boolean isOwner, int sender) {
        unowned += isOwner ? 0 : 1;
        long newestToken = newest.merge(op.entity(), token, Math::max);
        if (isOwner && token < newestToken && !oracle.world().believers().clocksBroken()) {
            throw oracle.world()
                    .violation(
                            "I11 who goes on unfenced knows it",
                            op + " runs with token " + token + " as owner after one with " + newestToken);
        }
        if (!isOwner && op.number() > oracle.lastDrawn()) {
            throw oracle.world()
                    .violation("I11 who goes on unfenced knows it", op + " runs unfenced although all is healed");
        }
        Activation activation = new Activation(op.entity(), token);
        boolean isFirst =
                runs.computeIfAbsent(activation, key -> new HashSet<>()).add(op.number());
        if (!isFirst && op.isOnce()) {
            throw oracle.world()
                    .violation("I2 no operation is applied twice", op + " ran again with the same token " + token);
        }
        if (everRun.add(op.number()) && op.kind() == ClientOp.Kind.POKE) {
            int before = poked.merge(new Pair(sender, activation), op.number(), Math::max);
            if (before > op.number()) {
                throw oracle.world()
                        .violation("I4 order of a sender", op + " runs after " + before + ", both with token " + token);
            }
        }
    }
}
