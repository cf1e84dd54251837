package io.troupe.demo.verdict;

import java.nio.file.Files;
import java.nio.file.Path;

import io.troupe.demo.input.OrderBook;
import io.troupe.demo.input.RetailFile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

class RealRetailFileTest {
    @Test
    void theWholeRetailFileAddsUpToThePublishedTotals() {
        Path file = configuredFile();
        OrderBook book = RetailFile.read(file, Integer.MAX_VALUE);
        ExpectedTotals totals = ExpectedTotals.of(book);
        assertThat(book.lines()).hasSize(541_909);
        assertThat(totals.customers()).hasSize(8_082);
        assertThat(totals.stock()).hasSize(4_070);
        assertThat(totals.customers().values().stream().mapToLong(Totals::units).sum())
                .isEqualTo(5_176_450);
        assertThat(totals.stock().values().stream()
                        .mapToLong(Totals::amountMilli)
                        .sum())
                .isEqualTo(9_747_747_934L);
        Path table = file.resolveSibling("expected-customers.csv");
        if (Files.exists(table)) {
            assertThat(ExpectedFile.check(table, totals.customers())).isEqualTo(8_082);
            assertThat(ExpectedFile.check(file.resolveSibling("expected-stock.csv"), totals.stock()))
                    .isEqualTo(4_070);
        }
    }

    private static Path configuredFile() {
        String variable = System.getenv().getOrDefault("TROUPE_DATA", "");
        String file = System.getProperty("troupe.data", variable);
        assumeFalse(file.isBlank(), "SKIPPED: set TROUPE_DATA or -Dtroupe.data to the retail file to run this test");
        return Path.of(file);
    }
}
