package io.troupe.demo;

import java.io.IOException;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the bank. */
@Command(
        name = "bank",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Starts nodes as processes, transfers money by sagas or transactions, hits nodes half-way, compares every account.")
final class BankCommand implements Callable<Integer> {
    @Mixin
    private final LaunchFlags launch = new LaunchFlags();

    @Option(
            names = "--accounts",
            paramLabel = "N",
            converter = OptionValues.OfCount.class,
            description = "accounts, such as 5k (default 1000)")
    private int accounts = 1_000;

    @Option(
            names = "--transfers",
            paramLabel = "N",
            converter = OptionValues.OfCount.class,
            description = "transfers, such as 50k (default 10k)")
    private int transfers = 10_000;

    @Option(
            names = "--as",
            paramLabel = "WHAT",
            converter = OptionValues.OfTransferBy.class,
            description = "saga, between any two accounts, or transaction, within a branch (default saga)")
    private TransferBy by = TransferBy.SAGA;

    private final DemoConsole console;
    private final Runs runs;

    BankCommand(DemoConsole console, Runs runs) {
        this.console = console;
        this.runs = runs;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Runs.exitCode(runs.bank(new BankOptions(launch.checked(), accounts, transfers, by), console));
    }
}
