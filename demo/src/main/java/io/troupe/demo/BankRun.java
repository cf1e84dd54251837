package io.troupe.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Saga;
import io.troupe.actors.Saga.Phase;
import io.troupe.actors.Transaction;
import io.troupe.actors.TransactionOutcome;
import io.troupe.cluster.SendOutcome;
import io.troupe.demo.Bank.Transfer;
import io.troupe.demo.verdict.Matches;

/**
 * Transfers between accounts of nodes that are processes, some of which are hit half-way. In the end every transfer is
 * done or not, and every account holds exactly what those that are done make of it.
 */
final class BankRun {
    private static final Duration ASK_LIMIT = Duration.ofSeconds(20);
    private static final long OPENED_WITH = 1_000;

    private final BankOptions options;
    private final DemoConsole console;

    BankRun(BankOptions options, DemoConsole console) {
        this.options = options;
        this.console = console;
    }

    /** {@return true if no money was lost, made or misplaced} */
    boolean run() throws IOException, InterruptedException {
        return Launch.run(options.launch(), List.of(), this::drive);
    }

    private boolean drive(LocalCluster cluster, ClusterActorSystem driver) throws InterruptedException {
        Window.each(
                options.accounts(),
                account -> driver.entity(Bank.ACCOUNT, Bank.account(account)).tell(new Bank.Deposit(OPENED_WITH)));
        console.event(String.format(
                Locale.ROOT, "%s, %,d accounts opened", options.launch().nodesUp(), options.accounts()));
        List<Transfer> transfers = transfers();
        long begin = System.nanoTime();
        Phase[] phases = transfer(cluster, driver, transfers);
        double seconds = (System.nanoTime() - begin) / 1e9;
        console.event(String.format(
                Locale.ROOT,
                "%,d transfers ended in %.1f s (%,.0f/s): %,d done, %,d %s",
                transfers.size(),
                seconds,
                transfers.size() / seconds,
                SagaEnds.count(phases, Phase.DONE),
                SagaEnds.count(phases, Phase.UNDONE),
                options.by() == TransferBy.SAGA ? "undone" : "refused"));
        return judge(driver, transfers, phases);
    }

    private Phase[] transfer(LocalCluster cluster, ClusterActorSystem driver, List<Transfer> transfers)
            throws InterruptedException {
        Phase[] phases = new Phase[transfers.size()];
        List<CompletableFuture<Void>> strikes = new ArrayList<>(1);
        Window.each(phases.length, number -> {
            if (number == phases.length / 2 - 1) {
                strikes.add(Strike.begin(options.launch(), cluster, driver, console));
            } else if (number == phases.length / 10 * 9) {
                // The last tenth shows that the bank works afterwards.
                Launch.over(strikes);
            }
            return options.by() == TransferBy.SAGA
                    ? begin(driver, number, transfers.get(number))
                    : commit(driver, transfers.get(number)).thenAccept(outcome -> phases[number] = phase(outcome));
        });
        Launch.over(strikes);
        return options.by() == TransferBy.TRANSACTION
                ? phases
                : SagaEnds.await(
                        phases.length,
                        number -> driver.entity(Bank.TRANSFER.kind(), "t" + number)
                                .ask(new Saga.GetStatus(), ASK_LIMIT));
    }

    private static CompletableFuture<SendOutcome> begin(ClusterActorSystem driver, int number, Transfer transfer) {
        return Window.anew(
                () -> Window.settled(driver.entity(Bank.TRANSFER.kind(), "t" + number), Bank.TRANSFER.start(transfer)));
    }

    private static CompletableFuture<TransactionOutcome> commit(ClusterActorSystem driver, Transfer transfer) {
        Transaction transaction = Bank.transaction(driver, transfer);
        return Window.anew(() -> transaction
                .commit()
                .thenCompose(outcome -> outcome instanceof TransactionOutcome.Unknown unknown
                        ? transaction.resolve(unknown)
                        : CompletableFuture.completedFuture(outcome)));
    }

    /** As a saga would say it. */
    private static Phase phase(TransactionOutcome outcome) {
        return outcome instanceof TransactionOutcome.Committed
                ? Phase.DONE
                : outcome instanceof TransactionOutcome.Rejected ? Phase.UNDONE : Phase.STUCK;
    }

    private List<Transfer> transfers() {
        SplittableRandom random = new SplittableRandom(options.launch().seed());
        List<Transfer> transfers = new ArrayList<>();
        for (int i = 0; i < options.transfers(); i++) {
            int from = random.nextInt(options.accounts());
            int to = random.nextInt(options.accounts());
            transfers.add(new Transfer(
                    Bank.account(from),
                    Bank.account(options.by() == TransferBy.SAGA ? to : Bank.neighbour(from, to, options.accounts())),
                    1 + random.nextInt(50)));
        }
        return transfers;
    }

    private boolean judge(ClusterActorSystem driver, List<Transfer> transfers, Phase[] phases)
            throws InterruptedException {
        Map<String, Long> expected = new TreeMap<>();
        for (int account = 0; account < options.accounts(); account++) {
            expected.put(Bank.account(account), OPENED_WITH);
        }
        for (int number = 0; number < phases.length; number++) {
            if (phases[number] == Phase.DONE) {
                Transfer transfer = transfers.get(number);
                expected.merge(transfer.from(), -transfer.amount(), Long::sum);
                expected.merge(transfer.to(), transfer.amount(), Long::sum);
            }
        }
        Map<String, Long> balances = new ConcurrentHashMap<>();
        Window.each(
                options.accounts(),
                account -> Window.anew(() -> driver.entity(Bank.ACCOUNT, Bank.account(account))
                                .ask(new Bank.Look(), ASK_LIMIT))
                        .thenAccept(state -> balances.put(Bank.account(account), state.balance())));
        Matches matches = Matches.compare(expected, balances);
        matches.mismatches().forEach(console::print);
        long stuck = SagaEnds.count(phases, Phase.STUCK);
        // Whoever started a transfer was told so: the cluster must know it.
        long lost = SagaEnds.count(phases, Phase.UNKNOWN);
        console.print(String.format(
                Locale.ROOT,
                "%,d/%,d accounts match the transfers that are done: sum %,d of %,d, STUCK %d, LOST %d",
                matches.matching(),
                matches.entities(),
                balances.values().stream().mapToLong(Long::longValue).sum(),
                OPENED_WITH * options.accounts(),
                stuck,
                lost));
        return matches.isAll() && stuck == 0 && lost == 0;
    }
}
