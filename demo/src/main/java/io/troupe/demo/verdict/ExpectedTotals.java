package io.troupe.demo.verdict;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

import io.troupe.demo.input.OrderBook;
import io.troupe.demo.input.OrderLine;

/**
 * Adds the order lines up, one after the other, the plainest way there is: the truth that a cluster is compared with.
 */
public final class ExpectedTotals {
    private static final long CHAIN_FACTOR = 1_000_003;

    private final SortedMap<String, Totals> customers = new TreeMap<>();
    private final SortedMap<String, Totals> stock = new TreeMap<>();

    private ExpectedTotals() {}

    /**
     * Adds a whole input up.
     *
     * @param book the order lines
     * @return what every customer and every stock item must hold at the end
     */
    public static ExpectedTotals of(OrderBook book) {
        ExpectedTotals totals = new ExpectedTotals();
        for (OrderLine line : book.lines()) {
            totals.customers.merge(line.customer(), first(line), (before, one) -> add(before, line));
            totals.stock.merge(line.stock(), first(line), (before, one) -> add(before, line));
        }
        return totals;
    }

    /** {@return by customer id, in order of the ids} */
    public SortedMap<String, Totals> customers() {
        return Collections.unmodifiableSortedMap(customers);
    }

    /** {@return by stock code, in order of the codes} */
    public SortedMap<String, Totals> stock() {
        return Collections.unmodifiableSortedMap(stock);
    }

    private static Totals first(OrderLine line) {
        return add(Totals.NONE, line);
    }

    private static Totals add(Totals before, OrderLine line) {
        return new Totals(
                before.events() + 1,
                before.units() + line.quantity(),
                before.amountMilli() + line.quantity() * line.unitPriceMilli(),
                line.line(),
                before.chain() * CHAIN_FACTOR + line.line());
    }
}
