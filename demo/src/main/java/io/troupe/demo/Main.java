package io.troupe.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import io.troupe.demo.input.BadInputException;
import io.troupe.demo.input.GeneratedOrders;
import io.troupe.demo.input.OrderBook;
import io.troupe.demo.input.RetailFile;
import io.troupe.demo.verdict.ExpectedFile;
import io.troupe.demo.verdict.ExpectedTotals;
import io.troupe.demo.verdict.Totals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The command line of the demo: checks every option and the whole input, then runs. Exit codes: 0 kept, 1 broken, 2 bad
 * input.
 */
@Command(
        name = "troupe-demo",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Starts nodes as processes, sends orders as messages, kills a node half-way, compares every entity.")
public final class Main implements Callable<Integer> {
    private static final int DEFAULT_EVENTS = 100_000;

    @Mixin
    private final LaunchFlags launch = new LaunchFlags();

    @Option(
            names = "--events",
            paramLabel = "N",
            converter = OptionValues.OfCount.class,
            description = "order lines, such as 50k (default 100k generated, or the whole file)")
    private int events;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            converter = OptionValues.OfMode.class,
            description = "exactly-once or at-least-once (default exactly-once)")
    private Mode mode = Mode.EXACTLY_ONCE;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "CSV of the UCI Online Retail data set, plain or .gz; also -Dtroupe.data or TROUPE_DATA")
    private @Nullable Path data;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            description = "most messages sent and not yet acknowledged (default 2000)")
    private int inFlight = 2_000;

    @Option(names = "--stock", description = "send every line to its stock item as well")
    private boolean stock;

    @Option(names = "--fault", hidden = true, converter = OptionValues.OfFault.class)
    private Fault fault = Fault.NONE;

    @Option(names = "--node-jvm", hidden = true, split = " ")
    private List<String> nodeJvm = List.of();

    private final DemoConsole console;
    private final Runs runs;
    /** The data file that the surroundings name, for when --data does not. */
    private final @Nullable Path configuredData;

    private Main(DemoConsole console, Runs runs, @Nullable Path configuredData) {
        this.console = console;
        this.runs = runs;
        this.configuredData = configuredData;
    }

    /**
     * Runs the demo and exits.
     *
     * @param arguments the options
     */
    public static void main(String... arguments) {
        System.exit(execute(arguments, DemoConsole.standard(), new Runs.OnProcesses(), configuredData()));
    }

    static int execute(String[] arguments, DemoConsole console, Runs runs, @Nullable Path configuredData) {
        return new CommandLine(new Main(console, runs, configuredData))
                .addSubcommand(new BankCommand(console, runs))
                .addSubcommand(new UsersCommand(console, runs))
                .setParameterExceptionHandler((refused, words) -> {
                    console.error(messageOf(refused));
                    return Runs.BAD_INPUT;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    console.error(String.valueOf(failure.getMessage()));
                    boolean badInput = failure instanceof BadInputException
                            || (failure instanceof NodeFailedException node && node.isRefused());
                    return badInput ? Runs.BAD_INPUT : Runs.BROKEN;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        LaunchOptions nodes = launch.checked();
        DemoOptions options = new DemoOptions(nodes, mode, inFlight, stock, fault, nodeJvm);
        return Runs.exitCode(runs.orders(options, loadInput(nodes.seed()), console));
    }

    private OrderBook loadInput(long seed) {
        Path file = data != null ? data : configuredData;
        if (file == null) {
            return GeneratedOrders.generate(seed, events == 0 ? DEFAULT_EVENTS : events);
        }
        OrderBook book = RetailFile.read(file, events == 0 ? Integer.MAX_VALUE : events);
        if (events == 0) {
            ExpectedTotals totals = ExpectedTotals.of(book);
            checkTable(file, "expected-customers.csv", totals.customers());
            if (stock) {
                checkTable(file, "expected-stock.csv", totals.stock());
            }
        }
        return book;
    }

    private void checkTable(Path dataFile, String name, Map<String, Totals> ours) {
        Path table = dataFile.resolveSibling(name);
        if (Files.exists(table)) {
            int entities = ExpectedFile.check(table, ours);
            console.event(String.format(Locale.ROOT, "expected values agree with %s (%,d entities)", name, entities));
        }
    }

    private static @Nullable Path configuredData() {
        String property = System.getProperty("troupe.data", "");
        String variable = System.getenv().getOrDefault("TROUPE_DATA", "");
        String file = property.isBlank() ? variable : property;
        return file.isBlank() ? null : Path.of(file);
    }

    private static String messageOf(ParameterException refused) {
        String message = String.valueOf(refused.getMessage());
        return message + ". Use --help for the options and their values.";
    }
}
