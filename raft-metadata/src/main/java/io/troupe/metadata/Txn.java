package io.troupe.metadata;

import java.util.List;

/**
 * A transaction: when every condition holds, {@code then} is applied, else {@code otherwise}; atomically, at one
 * revision. Modelled on etcd's {@code Txn}.
 *
 * @param compare   the conditions; none means true
 * @param then      applied when all conditions hold
 * @param otherwise applied when one fails
 */
public record Txn(List<Compare> compare, List<Op> then, List<Op> otherwise) {
    /** Changes nothing; its place in the order of all transactions makes it a read barrier. */
    public static final Txn EMPTY = new Txn(List.of(), List.of(), List.of());

    /**
     * Copies the lists.
     *
     * @param compare   the conditions
     * @param then      applied when all conditions hold
     * @param otherwise applied when one fails
     */
    public Txn {
        compare = List.copyOf(compare);
        then = List.copyOf(then);
        otherwise = List.copyOf(otherwise);
    }

    /**
     * A transaction without conditions.
     *
     * @param ops what to apply
     * @return the transaction
     */
    public static Txn of(Op... ops) {
        return new Txn(List.of(), List.of(ops), List.of());
    }

    /**
     * A transaction that does nothing when a condition fails.
     *
     * @param compare the conditions
     * @param then    applied when all hold
     * @return the transaction
     */
    public static Txn guarded(List<Compare> compare, List<Op> then) {
        return new Txn(compare, then, List.of());
    }

    /** {@return the sum of the {@link Op#readCost} of the branch that costs more} Only one is applied. */
    public int readCost() {
        return Math.max(readCost(then), readCost(otherwise));
    }

    private static int readCost(List<Op> ops) {
        int cost = 0;
        for (Op op : ops) {
            cost += op.readCost();
        }
        return cost;
    }
}
