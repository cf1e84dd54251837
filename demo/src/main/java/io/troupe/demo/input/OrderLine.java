package io.troupe.demo.input;

/**
 * One line of one invoice; becomes one message to its customer.
 *
 * @param line           1-based position in the whole input; the global order of events
 * @param customer       the customer's id, or {@code guest-<invoice>} when the invoice names none
 * @param stock          the stock code of the item
 * @param quantity       how many; negative when goods come back
 * @param unitPriceMilli the price of one, in thousandths of a pound
 */
public record OrderLine(long line, String customer, String stock, int quantity, long unitPriceMilli) {}
