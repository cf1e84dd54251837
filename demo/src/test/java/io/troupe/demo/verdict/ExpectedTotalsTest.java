package io.troupe.demo.verdict;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.troupe.demo.input.BadInputException;
import io.troupe.demo.input.OrderBook;
import io.troupe.demo.input.OrderLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ExpectedTotalsTest {
    /** Five lines; the totals below were worked out by hand and with another program. */
    private static final OrderBook BOOK = new OrderBook(
            "five lines",
            List.of(
                    new OrderLine(1, "17850", "71053", 6, 3_390),
                    new OrderLine(2, "12347", "71053", 2, 10_000),
                    new OrderLine(3, "17850", "22139", -6, 3_390),
                    new OrderLine(4, "guest-5", "22139", 1, -5),
                    new OrderLine(5, "17850", "71053", 10, 1)));

    private static final String TABLE = """
            entity,events,units,amount_milli,last_line,chain_hex
            12347,1,2,20000,2,0000000000000002
            17850,3,10,10,5,000000e8d52e6457
            guest-5,1,1,-5,4,0000000000000004
            """;

    @TempDir
    Path directory;

    @Test
    void eventsUnitsAmountLastLineAndChainAreAddedUpPerCustomerAndItem() {
        ExpectedTotals totals = ExpectedTotals.of(BOOK);
        long chain = (1L * 1_000_003 + 3) * 1_000_003 + 5;
        assertThat(totals.customers()).hasSize(3).containsEntry("17850", new Totals(3, 10, 10, 5, chain));
        assertThat(totals.stock()).hasSize(2).containsEntry("22139", new Totals(2, -5, -20_345, 4, 3 * 1_000_003L + 4));
    }

    @Test
    void aTableOfSomebodyElseThatAgreesIsAccepted() throws IOException {
        assertThat(ExpectedFile.check(write(TABLE), ExpectedTotals.of(BOOK).customers()))
                .isEqualTo(3);
    }

    @Test
    void aTableThatDisagreesIsRefusedWithBothValues() throws IOException {
        Path table = write(TABLE.replace("20000", "20001"));
        assertThatThrownBy(
                        () -> ExpectedFile.check(table, ExpectedTotals.of(BOOK).customers()))
                .isInstanceOf(BadInputException.class)
                .hasMessage(
                        table + " disagrees with the data file beside it about 12347: the table says events 1, units 2,"
                                + " amount 20.001, last line 2, chain 0000000000000002; the data file gives events 1, units 2,"
                                + " amount 20.000, last line 2, chain 0000000000000002. Remove the table if it belongs to other data");
    }

    @Test
    void aTableThatLacksAnEntityOrIsMalformedIsRefused() throws IOException {
        Path shorter = write(TABLE.replace("guest-5,1,1,-5,4,0000000000000004\n", ""));
        assertThatThrownBy(() ->
                        ExpectedFile.check(shorter, ExpectedTotals.of(BOOK).customers()))
                .hasMessageContaining("names 2 entities but the data file beside it has 3");
        Path malformed = write(TABLE.replace("17850,3", "17850,three"));
        assertThatThrownBy(() ->
                        ExpectedFile.check(malformed, ExpectedTotals.of(BOOK).customers()))
                .hasMessageStartingWith(malformed + " line 3: expected entity,events");
    }

    private Path write(String content) throws IOException {
        return Files.writeString(directory.resolve("expected-customers.csv"), content);
    }
}
