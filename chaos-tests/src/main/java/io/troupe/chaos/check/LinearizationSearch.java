package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The search for an order of the operations of one register that fits their times and the model.
 *
 * <p>Calls and returns stand in a linked list by time. Operations whose call comes before the first return may take
 * effect next; one that does is lifted out of the list with its return. Where none may, the latest choice is undone.
 * An operation of unknown outcome has no return, and the search ends once all the others have taken effect.
 *
 * <p>An operation that only observes, such as a read, is no choice where it fits the state: in every order that follows
 * from here it can be moved to here, and nothing after it changes. So it is lifted at once, together with the choice
 * before it, and undone with it. Only operations that may change a state branch the search.
 * One of unknown outcome is chosen only if the next operation needs what it did: otherwise the order fits without it.
 */
final class LinearizationSearch {
    /** The clock is asked once in so many steps. */
    private static final int STEPS_PER_LOOK_AT_THE_CLOCK = 1024;

    private static final int HEAD = 0;

    private final Model model;
    private final Budget budget;
    private final List<Operation> operations;
    /** Entries of the list, 1 to the number of entries; 0 is the head, and as a follower the end. */
    private final int[] next;

    private final int[] previous;
    private final int[] operationOf;
    /** Entry of a call to that of its return, 0 if it has none; a return has -1. */
    private final int[] returnOf;

    private final ConfigurationSet configurations = new ConfigurationSet();
    private final BitSet known = new BitSet();
    private final BitSet unknown = new BitSet();
    /** The entries lifted so far and the state before each. */
    private final int[] lifted;

    private final int[] stateBefore;
    /** Whether the entry was a choice, not an observation that came along. */
    private final BitSet choices = new BitSet();

    private long steps;
    private int depth;
    private int knownDepth;
    private int state;

    private int longestKnown = -1;
    private List<Operation> longest = List.of();
    private @Nullable Operation illegal;

    LinearizationSearch(List<Operation> operations, Model model, Budget budget) {
        this.operations = operations;
        this.model = model;
        this.budget = budget;
        this.state = model.initial();
        this.lifted = new int[operations.size()];
        this.stateBefore = new int[operations.size()];
        int entries = (int) (operations.size()
                + operations.stream().filter(Operation::isKnown).count());
        this.next = new int[entries + 1];
        this.previous = new int[entries + 1];
        this.operationOf = new int[entries + 1];
        this.returnOf = new int[entries + 1];
        link();
    }

    private record Edge(long nanos, boolean isReturn, int operation) {}

    private void link() {
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            edges.add(new Edge(operation.calledAt(), false, i));
            if (operation.isKnown()) {
                edges.add(new Edge(operation.returnedAt(), true, i));
            }
        }
        // A call and a return of the same instant overlap: the clock cannot tell which came first.
        edges.sort(Comparator.comparingLong(Edge::nanos).thenComparing(Edge::isReturn));
        int[] callOf = new int[operations.size()];
        for (int entry = 1; entry <= edges.size(); entry++) {
            Edge edge = edges.get(entry - 1);
            next[entry - 1] = entry;
            previous[entry] = entry - 1;
            operationOf[entry] = edge.operation();
            if (edge.isReturn()) {
                returnOf[callOf[edge.operation()]] = entry;
                returnOf[entry] = -1;
            } else {
                callOf[edge.operation()] = entry;
            }
        }
    }

    /** {@return PASS if there is such an order, FAIL if not, UNKNOWN if the budget ended first} */
    Verdict.Result run() {
        int mustTakeEffect =
                (int) operations.stream().filter(Operation::isKnown).count();
        long start = budget.clock().getAsLong();
        long looks = 0;
        observe();
        int entry = next[HEAD];
        while (knownDepth < mustTakeEffect) {
            if (steps >= budget.steps()
                    || (++looks % STEPS_PER_LOOK_AT_THE_CLOCK == 0
                            && budget.clock().getAsLong() - start > budget.nanos())) {
                return Verdict.Result.UNKNOWN;
            }
            if (returnOf[entry] >= 0) {
                entry = choose(entry) ? next[HEAD] : next[entry];
            } else {
                noteLongest(operations.get(operationOf[entry]));
                int undone = undo();
                if (undone == HEAD) {
                    return Verdict.Result.FAIL;
                }
                entry = next[undone];
            }
        }
        return Verdict.Result.PASS;
    }

    /** Lifts the operation of a call, if that is legal, of use and leads to a configuration not yet seen. */
    private boolean choose(int call) {
        int after = step(call);
        Operation operation = operations.get(operationOf[call]);
        boolean isWasted = after == state && !operation.isKnown();
        if (after == Model.ILLEGAL || isWasted || (awaitsUse() && model.overwrites(operation))) {
            return false;
        }
        choices.set(depth);
        lift(call, after);
        observe();
        // What awaits its use may not go everywhere, so it must not count as seen for a configuration that may.
        boolean isSeen =
                awaitsUse() ? configurations.covers(known, unknown, state) : !configurations.add(known, unknown, state);
        if (isSeen) {
            undo();
            return false;
        }
        return true;
    }

    /** {@return whether the last operation is of unknown outcome, so that the next one must need what it did} */
    private boolean awaitsUse() {
        return depth > 0 && !operations.get(operationOf[lifted[depth - 1]]).isKnown();
    }

    /** Lifts every operation that may take effect now and only observes and fits the state. */
    private void observe() {
        int entry = next[HEAD];
        while (entry != HEAD && returnOf[entry] >= 0) {
            Operation operation = operations.get(operationOf[entry]);
            if (operation.isKnown() && model.onlyObserves(operation) && step(entry) != Model.ILLEGAL) {
                choices.clear(depth);
                lift(entry, state);
                // Its return may have been the first one, so calls behind that may now take effect: start anew.
                entry = next[HEAD];
            } else {
                entry = next[entry];
            }
        }
    }

    private int step(int call) {
        steps++;
        return model.step(state, operations.get(operationOf[call]));
    }

    private void lift(int call, int after) {
        int index = operationOf[call];
        boolean isKnown = operations.get(index).isKnown();
        (isKnown ? known : unknown).set(index);
        knownDepth += isKnown ? 1 : 0;
        lifted[depth] = call;
        stateBefore[depth] = state;
        depth++;
        state = after;
        unlink(call);
        if (returnOf[call] > 0) {
            unlink(returnOf[call]);
        }
    }

    /** {@return the latest choice, which is undone with all that came along after it, or HEAD if none is left} */
    private int undo() {
        while (depth > 0) {
            depth--;
            int call = lifted[depth];
            state = stateBefore[depth];
            boolean isKnown = operations.get(operationOf[call]).isKnown();
            (isKnown ? known : unknown).clear(operationOf[call]);
            knownDepth -= isKnown ? 1 : 0;
            // Exactly the opposite order of lifting: each entry still knows its neighbours.
            if (returnOf[call] > 0) {
                relink(returnOf[call]);
            }
            relink(call);
            if (choices.get(depth)) {
                return call;
            }
        }
        return HEAD;
    }

    private void unlink(int entry) {
        next[previous[entry]] = next[entry];
        if (next[entry] > 0) {
            previous[next[entry]] = previous[entry];
        }
    }

    private void relink(int entry) {
        next[previous[entry]] = entry;
        if (next[entry] > 0) {
            previous[next[entry]] = entry;
        }
    }

    private void noteLongest(Operation stuck) {
        if (knownDepth > longestKnown) {
            longestKnown = knownDepth;
            illegal = stuck;
            longest = Arrays.stream(lifted, 0, depth)
                    .mapToObj(call -> operations.get(operationOf[call]))
                    .toList();
        }
    }

    /** {@return the longest order found that fits} Only of use after a FAIL. */
    List<Operation> longestLegalPrefix() {
        return longest;
    }

    /** {@return the operation that returned first without a place behind that prefix} */
    @Nullable
    Operation firstIllegal() {
        return illegal;
    }
}
