package io.troupe.chaos.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Makes a failing schedule small: leaves out faults and operations, calms the surroundings and shortens faults, one
 * change at a time, and keeps every change after which the same invariant still fails. Stops when nothing more can go.
 */
final class Reducer {
    /** A reduction that takes more runs than this is not worth the wait. */
    private static final int MAX_RUNS = 5_000;

    private final Function<Schedule, @Nullable Violation> run;
    private int runs;

    /** What runs one schedule and answers what it broke. */
    Reducer(Function<Schedule, @Nullable Violation> run) {
        this.run = run;
    }

    Reducer() {
        this(ScheduleRun::violationOf);
    }

    int runs() {
        return runs;
    }

    Schedule reduce(Schedule failing, String invariant) {
        Schedule smallest = failing;
        Schedule before;
        do {
            before = smallest;
            if (fails(smallest.withSwarm(Swarm.CALM), invariant)) {
                smallest = smallest.withSwarm(Swarm.CALM);
            }
            smallest = fewerFaults(smallest, invariant);
            smallest = fewerOps(smallest, invariant);
            smallest = shorterFaults(smallest, invariant);
        } while (!smallest.equals(before) && runs < MAX_RUNS);
        return smallest;
    }

    private Schedule fewerFaults(Schedule from, String invariant) {
        Schedule smallest = from;
        for (int i = from.faults().size() - 1; i >= 0; i--) {
            Schedule fewer = smallest.withFaults(without(smallest.faults(), i));
            smallest = fails(fewer, invariant) ? fewer : smallest;
        }
        return smallest;
    }

    private Schedule fewerOps(Schedule from, String invariant) {
        Schedule smallest = from;
        for (int i = from.ops().size() - 1; i >= 0; i--) {
            Schedule fewer = smallest.withOps(without(smallest.ops(), i));
            smallest = fails(fewer, invariant) ? fewer : smallest;
        }
        return smallest;
    }

    private Schedule shorterFaults(Schedule from, String invariant) {
        Schedule smallest = from;
        for (int i = 0; i < from.faults().size(); i++) {
            List<Fault> faults = new ArrayList<>(smallest.faults());
            faults.set(i, faults.get(i).shorter());
            Schedule shorter = smallest.withFaults(faults);
            boolean worthIt = smallest.faults().get(i).lastNs() > 1_000_000;
            smallest = worthIt && fails(shorter, invariant) ? shorter : smallest;
        }
        return smallest;
    }

    private static <T> List<T> without(List<T> list, int index) {
        List<T> fewer = new ArrayList<>(list);
        fewer.remove(index);
        return fewer;
    }

    private boolean fails(Schedule schedule, String invariant) {
        if (runs >= MAX_RUNS) {
            return false;
        }
        runs++;
        Violation found = run.apply(schedule);
        return found != null && found.invariant().equals(invariant);
    }
}
