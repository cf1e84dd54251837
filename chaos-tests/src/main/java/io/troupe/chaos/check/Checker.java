package io.troupe.chaos.check;

import java.util.List;

/**
 * One promise that a history can refute. Pure: the same history gets the same verdict, unless a budget of time ends it.
 */
public interface Checker {
    /** {@return the name that reports and the command line use} */
    String name();

    /**
     * Checks one history.
     *
     * @param history what a run recorded
     * @return the verdict; INVALID if the history holds nothing that could refute the promise
     */
    Verdict check(History history);

    /**
     * Every checker, with its default limits.
     *
     * @param budget how long to search for a linearization of one register
     * @return them in the order of reports
     */
    static List<Checker> all(Budget budget) {
        return List.of(
                Linearizability.ofCasRegisters(budget),
                new NoLostAck(),
                new NoDoubledEffect(),
                new PairOrder(),
                new EpochsDoNotInterleave(),
                new SingleOwner(),
                new Balance(),
                new Convergence(),
                new Leaks(),
                new LoadUnderFaults());
    }
}
