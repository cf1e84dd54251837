package io.troupe.demo;

import java.io.IOException;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the users. */
@Command(
        name = "users",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Starts nodes as processes, lets the users of malls log in and out, hits nodes half-way, compares every"
                        + " user.")
final class UsersCommand implements Callable<Integer> {
    @Mixin
    private final LaunchFlags launch = new LaunchFlags();

    @Option(
            names = "--users",
            paramLabel = "N",
            converter = OptionValues.OfCount.class,
            description = "users, such as 5k (default 1000)")
    private int users = 1_000;

    @Option(
            names = "--events",
            paramLabel = "N",
            converter = OptionValues.OfCount.class,
            description = "what they do, such as 50k (default 20k)")
    private int events = 20_000;

    private final DemoConsole console;
    private final Runs runs;

    UsersCommand(DemoConsole console, Runs runs) {
        this.console = console;
        this.runs = runs;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Runs.exitCode(runs.users(new UsersOptions(launch.checked(), users, events), console));
    }
}
