package io.troupe.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.troupe.demo.input.OrderBook;
import io.troupe.demo.verdict.ExpectedTotals;
import io.troupe.demo.verdict.Totals;
import io.troupe.demo.verdict.Verdict;
import org.HdrHistogram.Histogram;

/** One whole run: start, send, hit nodes half-way, read back, compare. Confined to the launcher's main thread. */
final class DemoRun {
    private static final Duration FIRST_REPLY_LIMIT = Duration.ofSeconds(20);
    private static final Duration READ_BACK_LIMIT = Duration.ofSeconds(60);

    private final DemoOptions options;
    private final OrderBook book;
    private final DemoConsole console;
    private final long startNs = System.nanoTime();

    DemoRun(DemoOptions options, OrderBook book, DemoConsole console) {
        this.options = options;
        this.book = book;
        this.console = console;
    }

    /** {@return true if the cluster kept its promise} */
    boolean run() throws IOException, InterruptedException {
        try {
            return Launch.run(options.launch(), options.nodeJvm(), (cluster, driver) -> {
                OrderGateway gateway = new DemoClient(driver, options.mode());
                awaitFirstReply(cluster, gateway);
                drive(cluster, gateway, () -> Strike.begin(options.launch(), cluster, driver, console));
                return judge(gateway);
            });
        } finally {
            console.endProgress();
        }
    }

    private void awaitFirstReply(LocalCluster cluster, OrderGateway gateway) throws InterruptedException {
        long deadlineNs = System.nanoTime() + FIRST_REPLY_LIMIT.toNanos();
        Map<String, Totals> reply = new Readback(gateway, EntityKind.CUSTOMER, deadlineNs).read(List.of("probe-first"));
        if (reply.isEmpty()) {
            throw new NodeFailedException(Launch.vain(FIRST_REPLY_LIMIT, "the first entity to answer", cluster), false);
        }
        console.event(String.format(
                Locale.ROOT,
                "%s, first durable reply after %.1f s; %s, %s",
                options.launch().nodesUp(),
                (System.nanoTime() - startNs) / 1e9,
                book.source(),
                options.mode().label()));
    }

    private void drive(LocalCluster cluster, OrderGateway gateway, Supplier<CompletableFuture<Void>> strikes)
            throws InterruptedException {
        OrderDriver driver = new OrderDriver(gateway, book.lines(), options);
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> runDriver(driver, done), "troupe-demo-driver");
        thread.setDaemon(true);
        thread.start();
        long startNs = System.nanoTime();
        Watcher watcher = new Watcher(options, cluster, gateway, driver, console, strikes);
        Histogram latencies = watcher.watch(done);
        double seconds = (System.nanoTime() - startNs) / 1e9;
        console.endProgress();
        console.event(String.format(
                Locale.ROOT,
                "%,d/%,d acked in %.1f s (%,.0f/s), latency p50 %s p99 %s p99.9 %s max %s%s%s",
                driver.acked(),
                driver.total(),
                seconds,
                driver.acked() / seconds,
                Progress.millis(latencies.getValueAtPercentile(50)),
                Progress.millis(latencies.getValueAtPercentile(99)),
                Progress.millis(latencies.getValueAtPercentile(99.9)),
                Progress.millis(latencies.getMaxValue()),
                driver.refused() == 0
                        ? ""
                        : String.format(Locale.ROOT, ", %,d refused and sent anew", driver.refused()),
                driver.unknown() == 0 ? "" : String.format(Locale.ROOT, ", %,d outcomes unknown", driver.unknown())));
    }

    private static void runDriver(OrderDriver driver, CompletableFuture<Void> done) {
        try {
            driver.run();
            done.complete(null);
        } catch (InterruptedException | RuntimeException failure) {
            done.completeExceptionally(failure);
        }
    }

    private boolean judge(OrderGateway gateway) throws InterruptedException {
        ExpectedTotals expected = ExpectedTotals.of(book);
        boolean ok = judge(gateway, EntityKind.CUSTOMER, expected.customers());
        if (options.stock()) {
            ok &= judge(gateway, EntityKind.STOCK, expected.stock());
        }
        return ok;
    }

    private boolean judge(OrderGateway gateway, EntityKind kind, Map<String, Totals> expected)
            throws InterruptedException {
        long deadlineNs = System.nanoTime() + READ_BACK_LIMIT.toNanos();
        Map<String, Totals> actual = new Readback(gateway, kind, deadlineNs).read(expected.keySet());
        console.event(String.format(Locale.ROOT, "%,d %s read back", actual.size(), kind.plural()));
        Verdict verdict = Verdict.compare(expected, actual);
        verdict.matches().mismatches().forEach(console::print);
        console.print(verdict.line(kind.plural()));
        return verdict.isOk(options.mode() == Mode.AT_LEAST_ONCE);
    }
}
