package io.troupe.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Saga;
import io.troupe.actors.Saga.Phase;
import io.troupe.cluster.SendOutcome;
import io.troupe.demo.Bank.Transfer;
import org.jspecify.annotations.Nullable;

/**
 * Transfers between accounts of nodes that are processes, one of which dies half-way. In the end every transfer is done or
 * undone, and every account holds exactly what those that are done make of it.
 */
final class BankRun {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(20);
    private static final Duration END_LIMIT = Duration.ofSeconds(60);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Executor A_LITTLE_LATER =
            CompletableFuture.delayedExecutor(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    private static final long OPENED_WITH = 1_000;
    private static final int WINDOW = 500;

    private final BankOptions options;
    private final DemoConsole console;

    BankRun(BankOptions options, DemoConsole console) {
        this.options = options;
        this.console = console;
    }

    /** {@return true if no money was lost, made or misplaced} */
    boolean run() throws IOException, InterruptedException {
        try (LocalCluster cluster = LocalCluster.prepare(options.nodes(), 0)) {
            CompletableFuture<Void> started = cluster.start(NodeMain.class.getName(), List.of());
            CompletableFuture<ClusterActorSystem> joining = DemoClient.join(cluster.seeds());
            started.orTimeout(START_LIMIT.toSeconds(), TimeUnit.SECONDS).join();
            try (ClusterActorSystem driver =
                    joining.orTimeout(START_LIMIT.toSeconds(), TimeUnit.SECONDS).join()) {
                return drive(cluster, driver);
            }
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof NodeFailedException node) {
                throw node;
            }
            throw failed;
        }
    }

    private boolean drive(LocalCluster cluster, ClusterActorSystem driver) throws InterruptedException {
        each(
                options.accounts(),
                account -> driver.entity(Bank.ACCOUNT, "a" + account).tell(new Bank.Deposit(OPENED_WITH)));
        console.event(
                String.format(Locale.ROOT, "%d nodes up, %,d accounts opened", options.nodes(), options.accounts()));
        List<Transfer> transfers = transfers();
        AtomicInteger sent = new AtomicInteger();
        long begin = System.nanoTime();
        each(transfers.size(), number -> {
            if (sent.incrementAndGet() == transfers.size() / 2) {
                kill(cluster);
            }
            return start(driver, number, transfers.get(number));
        });
        Phase[] phases = phases(driver, transfers.size());
        double seconds = (System.nanoTime() - begin) / 1e9;
        console.event(String.format(
                Locale.ROOT,
                "%,d transfers ended in %.1f s (%,.0f/s): %,d done, %,d undone",
                transfers.size(),
                seconds,
                transfers.size() / seconds,
                count(phases, Phase.DONE),
                count(phases, Phase.UNDONE)));
        return judge(driver, transfers, phases);
    }

    /** Never more than a window of them at a time. */
    private static void each(int count, IntFunction<CompletableFuture<?>> step) throws InterruptedException {
        Semaphore free = new Semaphore(WINDOW);
        List<Throwable> failures = new ArrayList<>(0);
        for (int number = 0; number < count; number++) {
            free.acquire();
            CompletableFuture<?> unused = step.apply(number).whenComplete((done, failure) -> {
                if (failure != null) {
                    synchronized (failures) {
                        failures.add(failure);
                    }
                }
                free.release();
            });
        }
        free.acquire(WINDOW);
        if (!failures.isEmpty()) {
            throw new IllegalStateException(failures.size() + " messages failed, the first one", failures.get(0));
        }
    }

    /** What is proven not to have run is sent anew; what is unknown shows in the phase of the saga. */
    private static CompletableFuture<SendOutcome> start(ClusterActorSystem driver, int number, Transfer transfer) {
        return driver.entity(Bank.TRANSFER.kind(), "t" + number)
                .tell(Bank.TRANSFER.start(transfer))
                .thenCompose(outcome -> outcome instanceof SendOutcome.NotExecuted
                        ? CompletableFuture.runAsync(() -> {}, A_LITTLE_LATER)
                                .thenCompose(now -> start(driver, number, transfer))
                        : CompletableFuture.completedFuture(outcome));
    }

    private List<Transfer> transfers() {
        SplittableRandom random = new SplittableRandom(options.seed());
        List<Transfer> transfers = new ArrayList<>();
        for (int i = 0; i < options.transfers(); i++) {
            transfers.add(new Transfer(
                    "a" + random.nextInt(options.accounts()),
                    "a" + random.nextInt(options.accounts()),
                    1 + random.nextInt(50)));
        }
        return transfers;
    }

    private void kill(LocalCluster cluster) {
        if (options.kill() == KillMode.NONE) {
            return;
        }
        String leader = cluster.newestStatus().leader();
        String nodeId = options.kill()
                .victim(cluster.nodes().stream().map(NodeProcess::nodeId).toList(), leader, options.seed());
        NodeProcess victim = cluster.node(nodeId);
        console.event(
                "KILL " + nodeId + " (" + (nodeId.equals(leader) ? "leader, " : "") + "pid " + victim.pid() + ")");
        victim.kill();
    }

    /** Waits until no transfer is under way. */
    private static Phase[] phases(ClusterActorSystem driver, int transfers) throws InterruptedException {
        Phase[] phases = new Phase[transfers];
        long endNs = System.nanoTime() + END_LIMIT.toNanos();
        while (true) {
            each(
                    transfers,
                    number -> isOver(phases[number])
                            ? CompletableFuture.completedFuture(null)
                            : driver.entity(Bank.TRANSFER.kind(), "t" + number)
                                    .ask(new Saga.GetStatus(), ASK_LIMIT)
                                    .thenAccept(status -> phases[number] = status.phase()));
            long running = Arrays.stream(phases).filter(phase -> !isOver(phase)).count();
            if (running == 0) {
                return phases;
            }
            if (System.nanoTime() - endNs > 0) {
                throw new NodeFailedException(
                        running + " transfers have not ended " + END_LIMIT.toSeconds() + " s after the last was sent",
                        false);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    private static boolean isOver(@Nullable Phase phase) {
        return phase != null && phase != Phase.RUNNING && phase != Phase.UNDOING;
    }

    private static long count(Phase[] phases, Phase phase) {
        return Arrays.stream(phases).filter(found -> found == phase).count();
    }

    private boolean judge(ClusterActorSystem driver, List<Transfer> transfers, Phase[] phases)
            throws InterruptedException {
        Map<String, Long> expected = new HashMap<>();
        for (int number = 0; number < phases.length; number++) {
            if (phases[number] == Phase.DONE) {
                Transfer transfer = transfers.get(number);
                expected.merge(transfer.from(), -transfer.amount(), Long::sum);
                expected.merge(transfer.to(), transfer.amount(), Long::sum);
            }
        }
        long[] balances = new long[options.accounts()];
        each(
                options.accounts(),
                account -> driver.entity(Bank.ACCOUNT, "a" + account)
                        .ask(new Bank.Look(), ASK_LIMIT)
                        .thenAccept(state -> balances[account] = state.balance()));
        long sum = 0;
        int right = 0;
        for (int account = 0; account < balances.length; account++) {
            long should = OPENED_WITH + expected.getOrDefault("a" + account, 0L);
            sum += balances[account];
            if (balances[account] == should) {
                right++;
            } else {
                console.print("account a" + account + " holds " + balances[account] + ", but should " + should);
            }
        }
        long stuck = count(phases, Phase.STUCK);
        boolean kept = right == balances.length && stuck == 0;
        console.print(String.format(
                Locale.ROOT,
                "%,d/%,d accounts match the transfers that are done: sum %,d of %,d, STUCK %d",
                right,
                balances.length,
                sum,
                OPENED_WITH * balances.length,
                stuck));
        return kept;
    }
}
