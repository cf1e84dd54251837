package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Every register behaves as if each operation took effect at one instant between its call and its return.
 *
 * <p>Registers are independent, so each is searched alone. The search is that of J. M. Wing and C. Gong, "Testing and
 * verifying concurrent objects", Journal of Parallel and Distributed Computing 17 (1993), with the memory of seen
 * configurations and the split by register of G. Lowe, "Testing for linearizability", Concurrency and Computation:
 * Practice and Experience 29(4) (2017). An operation of unknown outcome returns never and may take effect at any time
 * after its call, or not at all; one proven to have failed is left out. The problem is NP-complete: where the budget of
 * a register ends, the verdict is UNKNOWN, which must fail a run as FAIL does. At most 1,000 operations and 8 clients a
 * register, and 1 % of unknown outcomes, stay in the milliseconds: spread more load over more registers.
 */
public final class Linearizability implements Checker {
    /** So many operations of the prefix are in the one-line message; all of them are in the evidence. */
    static final int PREFIX_SHOWN = 5;

    private static final String UNIT = "operations";

    private final Model model;
    private final Budget budget;

    private Linearizability(Model model, Budget budget) {
        this.model = model;
        this.budget = budget;
    }

    /**
     * Registers with read, write and compare-and-set.
     *
     * @param budget for each register
     * @return the checker
     */
    public static Linearizability ofCasRegisters(Budget budget) {
        return new Linearizability(new CasRegister(), budget);
    }

    /**
     * Registers with read and write only; a history with a compare-and-set is INVALID.
     *
     * @param budget for each register
     * @return the checker
     */
    public static Linearizability ofReadWriteRegisters(Budget budget) {
        return new Linearizability(new ReadWriteRegister(), budget);
    }

    @Override
    public String name() {
        return "linearizability";
    }

    @Override
    public Verdict check(History history) {
        Map<String, List<Operation>> byKey = operationsByKey(history);
        long checked = byKey.values().stream().mapToLong(List::size).sum();
        boolean observed = false;
        for (List<Operation> operations : byKey.values()) {
            for (Operation operation : operations) {
                if (!model.knows(operation.kind())) {
                    return verdict(Verdict.Result.INVALID, 0, "a " + model.name() + " does not know " + operation);
                }
                observed |= operation.isKnown() && operation.kind() != Event.Kind.WRITE;
            }
        }
        if (!observed) {
            return verdict(Verdict.Result.INVALID, 0, "no read or cas has a known outcome, so nothing can be refuted");
        }
        List<String> undecided = new ArrayList<>();
        for (Map.Entry<String, List<Operation>> entry : byKey.entrySet()) {
            LinearizationSearch search = new LinearizationSearch(entry.getValue(), model, budget);
            Verdict.Result result = search.run();
            if (result == Verdict.Result.FAIL) {
                return failure(entry.getKey(), checked, search);
            }
            if (result == Verdict.Result.UNKNOWN) {
                Operation stuck = search.firstIllegal();
                undecided.add(entry.getKey()
                        + (stuck == null
                                ? ""
                                : ", where no order was found beyond "
                                        + search.longestLegalPrefix().size() + " operations, before " + stuck));
            }
        }
        return undecided.isEmpty()
                ? verdict(Verdict.Result.PASS, checked, "")
                : verdict(
                        Verdict.Result.UNKNOWN,
                        checked,
                        "the budget ended before the answer for " + undecided.size() + " of " + byKey.size()
                                + " keys, the first is " + undecided.get(0));
    }

    private Verdict verdict(Verdict.Result result, long checked, String message) {
        return new Verdict(name(), result, checked, UNIT, message, List.of());
    }

    private Verdict failure(String key, long checked, LinearizationSearch search) {
        List<Operation> prefix = search.longestLegalPrefix();
        int hidden = Math.max(0, prefix.size() - PREFIX_SHOWN);
        List<String> evidence = new ArrayList<>();
        prefix.forEach(operation -> evidence.add("legal: " + operation));
        evidence.add("illegal: " + search.firstIllegal());
        String message = "key " + key + ": no order is legal; the longest legal prefix has " + prefix.size()
                + " operations" + (prefix.isEmpty() ? "" : ", ending in " + prefix.subList(hidden, prefix.size()))
                + "; the first illegal operation is " + search.firstIllegal();
        return new Verdict(name(), Verdict.Result.FAIL, checked, UNIT, message, evidence);
    }

    private static Map<String, List<Operation>> operationsByKey(History history) {
        Map<String, Event.Response> responses = new HashMap<>();
        for (Event.Response response : history.all(Event.Response.class)) {
            responses.put(response.op(), response);
        }
        Map<String, Integer> numberOf = new HashMap<>();
        Map<String, List<Operation>> byKey = new TreeMap<>();
        for (Event.Invocation invocation : history.all(Event.Invocation.class)) {
            Event.Response response = responses.get(invocation.op());
            boolean isKnown = response != null && response.outcome() != Event.Outcome.UNKNOWN;
            boolean isRead = invocation.kind() == Event.Kind.READ;
            // A read that returned nothing says nothing, and what certainly never took effect has no place.
            if ((isRead && !isKnown) || (response != null && response.outcome() == Event.Outcome.FAILED)) {
                continue;
            }
            String value = isRead && response != null ? response.value() : invocation.value();
            byKey.computeIfAbsent(invocation.key(), key -> new ArrayList<>())
                    .add(new Operation(
                            invocation,
                            response,
                            isKnown,
                            number(invocation.expected(), numberOf),
                            number(value, numberOf)));
        }
        return byKey;
    }

    private static int number(@Nullable String value, Map<String, Integer> numberOf) {
        return value == null ? Operation.ABSENT : numberOf.computeIfAbsent(value, unseen -> numberOf.size() + 1);
    }
}
