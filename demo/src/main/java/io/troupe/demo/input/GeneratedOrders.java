package io.troupe.demo.input;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A made-up order stream with the habits of the retail file: invoices of several lines, a few customers that order far
 * more than the rest, guests, cancellations, and bursts of one customer. The same seed and count give the same lines on
 * every machine.
 */
public final class GeneratedOrders {
    private static final int FIRST_CUSTOMER = 12_000;
    private static final int FIRST_STOCK_CODE = 10_000;
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
    /** One String per name: millions of lines share a few thousand of them. */
    private final String[] customerNames;

    private final String[] stockCodes = names("S", FIRST_STOCK_CODE, STOCK_ITEMS);
    private final int count;
    private final List<OrderLine> lines;

    private GeneratedOrders(long seed, int count) {
        this.random = new SplitMix(seed);
        int customerCount = Math.min(Math.max(count / LINES_PER_CUSTOMER, 10), MAX_CUSTOMERS);
        this.customers = new SkewedChoice(customerCount);
        this.customerNames = names("", FIRST_CUSTOMER, customerCount);
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

    private static String[] names(String prefix, int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(number -> prefix + number)
                .toArray(String[]::new);
    }

    private void addInvoice(int invoice) {
        boolean guest = random.oneIn(GUEST_ONE_IN);
        String customer = guest ? "guest-" + invoice : customerNames[customers.pick(random)];
        boolean cancellation = random.oneIn(CANCELLATION_ONE_IN);
        int invoiceLines = 1 + random.below(random.oneIn(BURST_ONE_IN) ? BURST_LINES : USUAL_LINES);
        for (int i = 0; i < invoiceLines && lines.size() < count; i++) {
            int item = items.pick(random);
            int quantity = 1 + random.below(24);
            long unitPriceMilli = 10L * (1 + random.below(2_000));
            lines.add(new OrderLine(
                    lines.size() + 1L,
                    customer,
                    stockCodes[item],
                    cancellation ? -quantity : quantity,
                    unitPriceMilli));
        }
    }
}
