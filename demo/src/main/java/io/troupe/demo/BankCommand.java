package io.troupe.demo;

import java.io.IOException;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the bank. */
@Command(
        name = "bank",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Starts nodes as processes, transfers money by sagas, kills a node half-way, compares every account.")
final class BankCommand implements Callable<Integer> {
    private static final int BROKEN = 1;

    @Option(names = "--nodes", paramLabel = "N", description = "1, 3, 5 or 7 nodes (default 3)")
    private int nodes = 3;

    @Option(
            names = "--kill",
            paramLabel = "WHO",
            converter = Main.KillModeConverter.class,
            description = "leader, random or none dies half-way (default leader)")
    private KillMode kill = KillMode.LEADER;

    @Option(
            names = "--accounts",
            paramLabel = "N",
            converter = Main.CountConverter.class,
            description = "accounts, such as 5k (default 1000)")
    private int accounts = 1_000;

    @Option(
            names = "--transfers",
            paramLabel = "N",
            converter = Main.CountConverter.class,
            description = "transfers, such as 50k (default 10k)")
    private int transfers = 10_000;

    @Option(names = "--seed", paramLabel = "N", description = "of the transfers and of a random kill (default 1)")
    private long seed = 1;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this and exit")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    private final DemoConsole console;
    private final Runner runner;

    /** What happens once every input is known to be good. */
    interface Runner {
        /** {@return true if no money was lost, made or misplaced} */
        boolean run(BankOptions options, DemoConsole console) throws IOException, InterruptedException;
    }

    BankCommand(DemoConsole console, Runner runner) {
        this.console = console;
        this.runner = runner;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return runner.run(new BankOptions(nodes, kill, accounts, transfers, seed), console) ? 0 : BROKEN;
    }
}
