package io.troupe.demo;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.troupe.demo.input.GeneratedOrders;
import io.troupe.demo.input.OrderBook;
import io.troupe.demo.verdict.ExpectedTotals;
import io.troupe.demo.verdict.Totals;
import io.troupe.demo.verdict.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class DriverTest {
    private static final OrderBook BOOK = GeneratedOrders.generate(3, 5_000);

    private final InMemoryGateway gateway = new InMemoryGateway();

    @Test
    void everyLineIsOneMessageInOrder() throws InterruptedException {
        OrderDriver driver = drive(Mode.EXACTLY_ONCE, false);
        assertThat(gateway.sends).hasValue(5_000);
        assertThat(driver.acked()).isEqualTo(driver.total()).isEqualTo(5_000);
        assertThat(driver.inFlight()).isZero();
        assertThat(driver.takeLatencies().getTotalCount()).isEqualTo(5_000);
        assertThat(customers(driver).isOk(false)).isTrue();
    }

    @Test
    void stockItemsGetTheirOwnMessage() throws InterruptedException {
        OrderDriver driver = drive(Mode.EXACTLY_ONCE, true);
        assertThat(driver.acked()).isEqualTo(10_000);
        Map<String, Totals> stock = ExpectedTotals.of(BOOK).stock();
        assertThat(Verdict.compare(stock, read(EntityKind.STOCK, stock.keySet()))
                        .isOk(false))
                .isTrue();
    }

    @Test
    void aRefusedMessageIsSentAnew() throws InterruptedException {
        gateway.refuseEvery = 7;
        OrderDriver driver = drive(Mode.EXACTLY_ONCE, false);
        assertThat(driver.refused()).isEqualTo(gateway.sends.get() / 7);
        assertThat(customers(driver).lost()).isZero();
        assertThat(customers(driver).doubled()).isZero();
    }

    @Test
    void anUnknownOutcomeIsLeftAloneUnlessDoublesAreAllowed() throws InterruptedException {
        gateway.unknownEvery = 100;
        OrderDriver driver = drive(Mode.EXACTLY_ONCE, false);
        assertThat(driver.unknown()).isEqualTo(50);
        assertThat(driver.acked()).isEqualTo(4_950);
        assertThat(customers(driver).isOk(false)).isTrue();
    }

    @Test
    void atLeastOnceSendsAnUnknownOutcomeAgain() throws InterruptedException {
        gateway.unknownEvery = 100;
        OrderDriver driver = drive(Mode.AT_LEAST_ONCE, false);
        assertThat(driver.acked()).isEqualTo(5_000);
        assertThat(customers(driver).doubled())
                .isEqualTo(gateway.sends.get() - 5_000)
                .isPositive();
        assertThat(customers(driver).isOk(true)).isTrue();
    }

    @Test
    void anEntityThatDoesNotAnswerIsAskedAgain() throws InterruptedException {
        gateway.silentOnce.addAll(List.of("a", "b"));
        assertThat(read(EntityKind.CUSTOMER, List.of("a", "b", "c"))).containsOnlyKeys("a", "b", "c");
    }

    @Test
    void recoveryEndsWhenEveryShardOfTheDeadNodeHasAnsweredFromItsNewOwner() {
        for (int shard = 0; shard < InMemoryGateway.SHARDS; shard++) {
            gateway.owners.put(shard, shard % 2 == 0 ? "n1" : "n2");
        }
        Map<Integer, String> probes = Recovery.probesOf(gateway, "n2");
        assertThat(probes)
                .hasSize(8)
                .allSatisfy((shard, id) ->
                        assertThat(gateway.shardOf(EntityKind.CUSTOMER, id)).isEqualTo(shard));
        Recovery recovery = new Recovery(gateway, "n2", probes, System.nanoTime());
        recovery.tick();
        assertThat(recovery.shardsWaiting()).isEqualTo(8);
        gateway.silentOnce.add(probes.get(1));
        gateway.owners.replaceAll((shard, owner) -> shard == 3 ? owner : "n1");
        recovery.tick();
        assertThat(recovery.shardsWaiting())
                .as("one has no new owner, one did not answer")
                .isEqualTo(2);
        gateway.owners.put(3, "n3");
        recovery.tick();
        assertThat(recovery.shardsWaiting()).isZero();
        assertThat(recovery.servedAfterNs()).isPositive();
    }

    private OrderDriver drive(Mode mode, boolean stock) throws InterruptedException {
        DemoOptions options = new DemoOptions(
                new LaunchOptions(3, KillMode.NONE, Harm.KILL, ClusterSettings.DEFAULT, 1, 0),
                mode,
                64,
                stock,
                Fault.NONE,
                List.of());
        OrderDriver driver = new OrderDriver(gateway, BOOK.lines(), options);
        driver.run();
        return driver;
    }

    private Verdict customers(OrderDriver driver) throws InterruptedException {
        assertThat(driver.inFlight()).isZero();
        Map<String, Totals> expected = ExpectedTotals.of(BOOK).customers();
        return Verdict.compare(expected, read(EntityKind.CUSTOMER, expected.keySet()));
    }

    private Map<String, Totals> read(EntityKind kind, Collection<String> ids) throws InterruptedException {
        return new Readback(gateway, kind, System.nanoTime() + 30_000_000_000L).read(ids);
    }
}
