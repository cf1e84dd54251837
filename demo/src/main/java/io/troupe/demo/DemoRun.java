package io.troupe.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;

import io.troupe.demo.input.OrderBook;
import io.troupe.demo.verdict.ExpectedTotals;
import io.troupe.demo.verdict.Totals;
import io.troupe.demo.verdict.Verdict;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One whole run: start, send, kill half-way, read back, compare. Confined to the launcher's main thread. */
final class DemoRun {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration FIRST_REPLY_LIMIT = Duration.ofSeconds(20);
    private static final Duration READ_BACK_LIMIT = Duration.ofSeconds(60);

    private final DemoOptions options;
    private final OrderBook book;
    private final DemoConsole console;
    private final Product product;

    /**
     * The cluster under test, as far as a run has to name it.
     *
     * @param nodeMain the class whose main method is a node
     * @param connect  joins the cluster as a node without vote, log, or shards
     */
    record Product(String nodeMain, BiFunction<List<Seed>, Mode, CompletionStage<? extends OrderGateway>> connect) {}

    DemoRun(DemoOptions options, OrderBook book, DemoConsole console, Product product) {
        this.options = options;
        this.book = book;
        this.console = console;
        this.product = product;
    }

    /** {@return true if the cluster kept its promise} */
    boolean run() throws IOException, InterruptedException {
        try (LocalCluster cluster = LocalCluster.prepare(options.nodes(), options.firstPort())) {
            long startNs = System.nanoTime();
            CompletableFuture<Void> started = cluster.start(product.nodeMain(), options.nodeJvm());
            CompletableFuture<? extends OrderGateway> connecting =
                    product.connect().apply(cluster.seeds(), options.mode()).toCompletableFuture();
            await(started, START_LIMIT, "the nodes to start", cluster);
            try (OrderGateway gateway = await(connecting, START_LIMIT, "the driver to join", cluster)) {
                awaitFirstReply(cluster, gateway, startNs);
                drive(cluster, gateway);
                return judge(gateway);
            }
        } finally {
            console.endProgress();
        }
    }

    private void awaitFirstReply(LocalCluster cluster, OrderGateway gateway, long startNs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + FIRST_REPLY_LIMIT.toNanos();
        Map<String, Totals> reply = new Readback(gateway, EntityKind.CUSTOMER, deadlineNs).read(List.of("probe-first"));
        if (reply.isEmpty()) {
            throw new NodeFailedException(vain(FIRST_REPLY_LIMIT, "the first entity to answer", cluster), false);
        }
        console.event(String.format(
                Locale.ROOT,
                "%d node%s up, first durable reply after %.1f s; %s, %s",
                options.nodes(),
                options.nodes() == 1 ? "" : "s",
                (System.nanoTime() - startNs) / 1e9,
                book.source(),
                options.mode().label()));
    }

    private void drive(LocalCluster cluster, OrderGateway gateway) throws InterruptedException {
        OrderDriver driver = new OrderDriver(gateway, book.lines(), options);
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> runDriver(driver, done), "troupe-demo-driver");
        thread.setDaemon(true);
        thread.start();
        long startNs = System.nanoTime();
        Watcher watcher = new Watcher(options, cluster, gateway, driver, console);
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
        verdict.mismatches().forEach(console::print);
        console.print(verdict.line(kind.plural()));
        return verdict.isOk(options.mode() == Mode.AT_LEAST_ONCE);
    }

    private static <T extends @Nullable Object> T await(
            CompletableFuture<T> stage, Duration limit, String what, LocalCluster cluster) throws InterruptedException {
        try {
            return stage.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException tooLong) {
            throw new NodeFailedException(vain(limit, what, cluster), false);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (cause instanceof RuntimeException known && !(cause instanceof CompletionException)) {
                throw known;
            }
            throw new IllegalStateException("failed while waiting for " + what, cause);
        }
    }

    private static String vain(Duration limit, String what, LocalCluster cluster) {
        return "waited " + limit.toSeconds() + " s in vain for " + what + System.lineSeparator() + cluster.condition();
    }
}
