package io.troupe.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

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
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The command line of the demo: checks every option and the whole input, then runs. Exit codes: 0 kept, 1 broken, 2 bad input. */
@Command(
        name = "troupe-demo",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Starts nodes as processes, sends orders as messages, kills a node half-way, compares every entity.")
public final class Main implements Callable<Integer> {
    private static final int DEFAULT_EVENTS = 100_000;
    private static final int BROKEN = 1;
    private static final int BAD_INPUT = 2;

    @Option(names = "--nodes", paramLabel = "N", description = "1, 3, 5 or 7 nodes (default 3)")
    private int nodes = 3;

    @Option(
            names = "--kill",
            paramLabel = "WHO",
            converter = KillModeConverter.class,
            description = "leader, random or none dies half-way (default leader)")
    private KillMode kill = KillMode.LEADER;

    @Option(
            names = "--events",
            paramLabel = "N",
            converter = CountConverter.class,
            description = "order lines, such as 50k (default 100k generated, or the whole file)")
    private int events;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            converter = ModeConverter.class,
            description = "exactly-once or at-least-once (default exactly-once)")
    private Mode mode = Mode.EXACTLY_ONCE;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "CSV of the UCI Online Retail data set, plain or .gz; also -Dtroupe.data or TROUPE_DATA")
    private @Nullable Path data;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "of the generated orders and of a random kill (default 1)")
    private long seed = 1;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            description = "most messages sent and not yet acknowledged (default 2000)")
    private int inFlight = 2_000;

    @Option(names = "--stock", description = "send every line to its stock item as well")
    private boolean stock;

    @Option(names = "--port", paramLabel = "N", description = "first of two loopback ports a node (default any free)")
    private int port;

    @Option(names = "--fault", hidden = true, converter = FaultConverter.class)
    private Fault fault = Fault.NONE;

    @Option(names = "--node-jvm", hidden = true, split = " ")
    private List<String> nodeJvm = List.of();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this and exit")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    private final DemoConsole console;
    private final Runner runner;
    /** The data file that the surroundings name, for when --data does not. */
    private final @Nullable Path configuredData;

    /** What happens once every input is known to be good. */
    interface Runner {
        /** {@return true if the cluster kept its promise} */
        boolean run(DemoOptions options, OrderBook book, DemoConsole console) throws IOException, InterruptedException;
    }

    private Main(DemoConsole console, Runner runner, @Nullable Path configuredData) {
        this.console = console;
        this.runner = runner;
        this.configuredData = configuredData;
    }

    /**
     * Runs the demo and exits.
     *
     * @param arguments the options
     */
    public static void main(String... arguments) {
        System.exit(execute(arguments, DemoConsole.standard(), Main::runForReal, Main::runBank, configuredData()));
    }

    static int execute(
            String[] arguments,
            DemoConsole console,
            Runner runner,
            BankCommand.Runner bank,
            @Nullable Path configuredData) {
        return new CommandLine(new Main(console, runner, configuredData))
                .addSubcommand(new BankCommand(console, bank))
                .setParameterExceptionHandler((refused, words) -> {
                    console.error(messageOf(refused));
                    return BAD_INPUT;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    console.error(String.valueOf(failure.getMessage()));
                    boolean badInput = failure instanceof BadInputException
                            || (failure instanceof NodeFailedException node && node.isRefused());
                    return badInput ? BAD_INPUT : BROKEN;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        DemoOptions options = new DemoOptions(nodes, kill, mode, seed, inFlight, stock, port, fault, nodeJvm);
        OrderBook book = loadInput();
        return runner.run(options, book, console) ? 0 : BROKEN;
    }

    private static boolean runForReal(DemoOptions options, OrderBook book, DemoConsole console)
            throws IOException, InterruptedException {
        DemoRun.Product product = new DemoRun.Product(NodeMain.class.getName(), DemoClient::connect);
        return new DemoRun(options, book, console, product).run();
    }

    private static boolean runBank(BankOptions options, DemoConsole console) throws IOException, InterruptedException {
        return new BankRun(options, console).run();
    }

    private OrderBook loadInput() {
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

    static final class KillModeConverter implements ITypeConverter<KillMode> {
        @Override
        public KillMode convert(String text) {
            return converted(() -> KillMode.parse(text));
        }
    }

    static final class ModeConverter implements ITypeConverter<Mode> {
        @Override
        public Mode convert(String text) {
            return converted(() -> Mode.parse(text));
        }
    }

    static final class FaultConverter implements ITypeConverter<Fault> {
        @Override
        public Fault convert(String text) {
            return converted(() -> Fault.parse(text));
        }
    }

    /** Whole numbers with an optional k or m: 50k is 50,000. */
    static final class CountConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            int factor = lower.endsWith("k") ? 1_000 : lower.endsWith("m") ? 1_000_000 : 1;
            try {
                long count = Long.parseLong(factor == 1 ? lower : lower.substring(0, lower.length() - 1)) * factor;
                if (count >= 1 && count <= OrderBook.MAX_LINES) {
                    return (int) count;
                }
            } catch (NumberFormatException notANumber) {
                // Falls through to the one message for every bad count.
            }
            throw new TypeConversionException(
                    "expected 1 to " + OrderBook.MAX_LINES / 1_000_000 + "m, such as 50k, but was '" + text + "'");
        }
    }

    private static <T> T converted(Supplier<T> conversion) {
        try {
            return conversion.get();
        } catch (IllegalArgumentException refused) {
            throw new TypeConversionException(String.valueOf(refused.getMessage()));
        }
    }
}
