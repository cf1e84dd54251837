package io.troupe.demo.input;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GeneratedOrdersTest {
    private static final long FINGERPRINT_OF_SEED_1 = 5200226461511382985L;
    private static final OrderBook BOOK = GeneratedOrders.generate(1, 100_000);

    @Test
    void sameSeedGivesTheSameLinesOnEveryMachine() {
        assertThat(GeneratedOrders.generate(1, 100_000)).isEqualTo(BOOK);
        // Recorded once: another JDK, processor, or refactoring must not change what a seed means.
        assertThat(fingerprint(BOOK.lines())).isEqualTo(FINGERPRINT_OF_SEED_1);
    }

    @Test
    void anotherSeedGivesOtherLines() {
        assertThat(GeneratedOrders.generate(2, 1_000).lines())
                .isNotEqualTo(BOOK.lines().subList(0, 1_000));
    }

    @Property(tries = 50)
    void linesAreNumberedFromOneAndAsManyAsAskedFor(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3_000) int n) {
        List<OrderLine> lines = GeneratedOrders.generate(seed, n).lines();
        assertThat(lines).hasSize(n);
        for (int i = 0; i < n; i++) {
            assertThat(lines.get(i).line()).isEqualTo(i + 1);
        }
    }

    @Test
    void aFewCustomersOrderFarMoreThanTheRest() {
        Map<String, Long> events =
                BOOK.lines().stream().collect(Collectors.groupingBy(OrderLine::customer, Collectors.counting()));
        long hottest = Collections.max(events.values());
        assertThat(events.size()).isBetween(1_500, 3_000);
        assertThat(hottest).isGreaterThan(20 * BOOK.lines().size() / events.size());
    }

    @Test
    void guestsCancellationsAndBurstsOccur() {
        assertThat(BOOK.lines().stream().filter(line -> line.customer().startsWith("guest-")))
                .hasSizeBetween(2_000, 10_000);
        assertThat(BOOK.lines().stream().filter(line -> line.quantity() < 0)).hasSizeBetween(500, 5_000);
        assertThat(longestRunOfOneCustomer()).isGreaterThan(100);
    }

    private static int longestRunOfOneCustomer() {
        int longest = 0;
        int run = 0;
        String last = "";
        for (OrderLine line : BOOK.lines()) {
            run = line.customer().equals(last) ? run + 1 : 1;
            last = line.customer();
            longest = Math.max(longest, run);
        }
        return longest;
    }

    /** Of characters and numbers only: hash codes of records are not specified. */
    private static long fingerprint(List<OrderLine> lines) {
        long hash = 17;
        for (OrderLine line : lines) {
            hash = hash * 31 + line.customer().hashCode();
            hash = hash * 31 + line.stock().hashCode();
            hash = hash * 31 + line.quantity();
            hash = hash * 31 + line.unitPriceMilli();
        }
        return hash;
    }
}
