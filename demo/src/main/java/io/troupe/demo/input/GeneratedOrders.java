package io.troupe.demo.input;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * A made-up order stream with the habits of the retail file: invoices of several lines, a few customers that order far
 * more than the rest, guests, cancellations, and bursts of one customer. The same seed and count give the same lines on
 * every machine.
 */
public final class GeneratedOrders {
    private static final int FIRST_CUSTOMER = 12_000;
    private static final int FIRST_INVOICE = 536_365;
    private static final int LINES_PER_CUSTOMER = 50;
    private static final int MAX_CUSTOMERS = 5_000;
    private static final int STOCK_ITEMS = 2_000;
    private static final int GUEST_ONE_IN = 20;
    private static final int CANCELLATION_ONE_IN = 50;
    private static final int BURST_ONE_IN = 200;
    private static final int BURST_LINES = 200;
    private static final int USUAL_LINES = 30;

    private final SplitMix random;
    private final SkewedChoice customers;
    private final SkewedChoice items = new SkewedChoice(STOCK_ITEMS);
    private final int count;
    private final List<OrderLine> lines;

    private GeneratedOrders(long seed, int count) {
        this.random = new SplitMix(seed);
        this.customers = new SkewedChoice(Math.min(Math.max(count / LINES_PER_CUSTOMER, 10), MAX_CUSTOMERS));
        this.count = count;
        this.lines = new ArrayList<>(count);
    }

    /**
     * Makes order lines.
     *
     * @param seed  which stream
     * @param count how many lines
     * @return the lines
     */
    public static OrderBook generate(long seed, int count) {
        GeneratedOrders orders = new GeneratedOrders(seed, count);
        for (int invoice = FIRST_INVOICE; orders.lines.size() < count; invoice++) {
            orders.addInvoice(invoice);
        }
        return new OrderBook(
                String.format(Locale.ROOT, "%,d generated orders (seed %d)", count, seed),
                Collections.unmodifiableList(orders.lines));
    }

    private void addInvoice(int invoice) {
        boolean guest = random.oneIn(GUEST_ONE_IN);
        String customer = guest ? "guest-" + invoice : Integer.toString(FIRST_CUSTOMER + customers.pick(random));
        boolean cancellation = random.oneIn(CANCELLATION_ONE_IN);
        int invoiceLines = 1 + random.below(random.oneIn(BURST_ONE_IN) ? BURST_LINES : USUAL_LINES);
        for (int i = 0; i < invoiceLines && lines.size() < count; i++) {
            int item = items.pick(random);
            int quantity = 1 + random.below(24);
            long unitPriceMilli = 10L * (1 + random.below(2_000));
            lines.add(new OrderLine(
                    lines.size() + 1L,
                    customer,
                    "S" + (10_000 + item),
                    cancellation ? -quantity : quantity,
                    unitPriceMilli));
        }
    }
}
