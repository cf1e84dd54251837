package io.troupe.jmh.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

/**
 * The bench runner's command line: {@code net|durable|failover|footprint|scale|all [--quick] [--csv FILE]}, or
 * {@code jmh} and the options of JMH. Ends with 0 when everything was measured, reached or not; 1 when a benchmark
 * failed; 2 when the command line was refused.
 */
public final class BenchCommand {
    private static final String USAGE =
            "usage: troupe-bench net|durable|failover|footprint|scale|all [--quick] [--csv FILE], or troupe-bench jmh [options of JMH]";

    private BenchCommand() {}

    /**
     * Runs the benchmarks named.
     *
     * @param arguments the command line
     * @throws IOException if JMH cannot run
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 0 && arguments[0].equals("jmh")) {
            org.openjdk.jmh.Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        // The report is for people; a link that comes and goes with each benchmark is no news.
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
        System.exit(run(arguments, System.out, System.err));
    }

    static int run(String[] arguments, PrintStream out, PrintStream err) {
        List<Scenario> scenarios = List.of();
        Path csv = null;
        Rounds rounds = Rounds.FULL;
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.equals("--quick")) {
                rounds = Rounds.QUICK;
            } else if (argument.equals("--help")) {
                out.println(USAGE);
                return 0;
            } else if (argument.equals("--csv")) {
                if (i + 1 == arguments.length) {
                    return refuse(err, "--csv needs a file");
                }
                csv = Path.of(arguments[++i]);
                Path parent = csv.toAbsolutePath().getParent();
                if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(csv)) {
                    return refuse(err, "--csv " + csv + ": not a file in a directory that exists");
                }
            } else if (!scenarios.isEmpty() || scenarios(argument).isEmpty()) {
                return refuse(err, (argument.startsWith("-") ? "unknown option " : "unknown benchmark ") + argument);
            } else {
                scenarios = scenarios(argument);
            }
        }
        if (scenarios.isEmpty()) {
            return refuse(err, "no benchmark named");
        }
        return measure(scenarios, rounds, csv, new Report(out), err);
    }

    private static int measure(
            List<Scenario> scenarios, Rounds rounds, @Nullable Path csv, Report report, PrintStream err) {
        int code = 0;
        report.say(
                "Java %s, %d processors, %d rounds, medians",
                Runtime.version(), Runtime.getRuntime().availableProcessors(), rounds.rounds());
        for (Scenario scenario : scenarios) {
            try {
                scenario.run(rounds, report);
            } catch (IOException | RuntimeException e) {
                err.println("troupe-bench: " + scenario.title() + " failed: " + firstLine(e));
                code = 1;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                err.println("troupe-bench: interrupted");
                code = 1;
                break;
            }
        }
        report.printTable();
        if (csv != null) {
            try {
                report.writeCsv(csv);
            } catch (IOException e) {
                err.println("troupe-bench: " + csv + " cannot be written: " + e.getMessage());
                return 1;
            }
        }
        return code;
    }

    /** {@return what went wrong, in one line for a person} */
    static String firstLine(Throwable failure) {
        Throwable root = failure;
        while (root instanceof CompletionException && root.getCause() != null) {
            root = root.getCause();
        }
        String message = root instanceof BenchException ? String.valueOf(root.getMessage()) : root.toString();
        return message.lines().findFirst().orElse("no reason given");
    }

    /** {@return what a name on the command line stands for; empty if nothing} */
    private static List<Scenario> scenarios(String name) {
        if (name.equals("all")) {
            return List.of(Scenario.values());
        }
        return Arrays.stream(Scenario.values())
                .filter(scenario -> scenario.title().equals(name))
                .toList();
    }

    private static int refuse(PrintStream err, String what) {
        err.println("troupe-bench: " + what + "; " + USAGE);
        return 2;
    }
}
