package io.troupe.chaos.process.scenario;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

import io.troupe.chaos.process.HarnessException;
import io.troupe.chaos.process.Tier;
import org.jspecify.annotations.Nullable;

/**
 * The command line of the process harness: runs one scenario. Exit codes: 0 it passed, 1 it did not, 2 bad input or a
 * run that could not be made, with one line that says what was wrong, 130 or 143 after a signal.
 */
public final class ScenarioCommand {
    static final int PASSED = 0;
    static final int FAILED = 1;
    static final int NOT_RUN = 2;

    private static final String USAGE =
            "usage: ScenarioCommand SCENARIO [--nodes=3] [--state-groups=0] [--workload=register,ledger]"
                    + " [--seconds=20] [--seed=1] [--history=history.jsonl]; also --list";
    /** How long a signal waits until the run has removed all that it started. */
    private static final long END_MILLIS = 30_000;

    private @Nullable Scenario scenario;
    private int nodes = 3;
    private int stateGroups;
    private Set<Workload.Name> workloads = EnumSet.allOf(Workload.Name.class);
    private long seconds = 20;
    private long seed = 1;
    private Path history = Path.of(ScenarioRun.HISTORY);

    private ScenarioCommand() {}

    /**
     * Runs one scenario and ends the process.
     *
     * @param arguments the scenario and options
     */
    public static void main(String[] arguments) {
        Thread runner = Thread.currentThread();
        Thread hook = new Thread(() -> end(runner), "troupe-signal");
        Runtime.getRuntime().addShutdownHook(hook);
        int code = run(arguments, System.out, System.err);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException signalled) {
            return; // The signal decides the exit code, and the hook waits for this thread.
        }
        System.exit(code);
    }

    /** An interrupt makes the run give up and clean up in the order in which it always does. */
    private static void end(Thread runner) {
        runner.interrupt();
        try {
            runner.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static int run(String[] arguments, PrintStream out, PrintStream err) {
        try {
            ScenarioCommand command = new ScenarioCommand();
            for (String argument : arguments) {
                if (argument.equals("--help")) {
                    out.println(USAGE);
                    return PASSED;
                }
                if (argument.equals("--list")) {
                    list(out);
                    return PASSED;
                }
                command.take(argument);
            }
            return command.go(out);
        } catch (IllegalArgumentException bad) {
            return refused(bad, err);
        } catch (HarnessException broken) {
            return refused(broken, err);
        }
    }

    private static int refused(RuntimeException reason, PrintStream err) {
        err.println(String.valueOf(reason.getMessage()).replaceAll("\\s*\\n\\s*", " / "));
        return NOT_RUN;
    }

    private static void list(PrintStream out) {
        out.println(Tier.report());
        for (Scenario scenario : Scenario.values()) {
            String lacks = scenario.whyNot();
            out.println(scenario.word() + (lacks.isEmpty() ? "" : ": SKIPPED (" + lacks + ")"));
        }
    }

    private void take(String argument) {
        int equals = argument.indexOf('=');
        String value = argument.substring(equals + 1);
        switch (equals < 0 ? argument : argument.substring(0, equals)) {
            case "--nodes" -> nodes = (int) number("--nodes", value);
            case "--state-groups" -> stateGroups = (int) number("--state-groups", value);
            case "--seconds" -> seconds = number("--seconds", value);
            case "--seed" -> seed = number("--seed", value);
            case "--history" -> history = Path.of(value);
            case "--workload" ->
                workloads = Arrays.stream(value.split(",", -1))
                        .map(Workload.Name::parse)
                        .collect(Collectors.toSet());
            default -> {
                if (argument.startsWith("-")) {
                    throw new IllegalArgumentException("unknown option '" + argument + "'; " + USAGE);
                }
                if (scenario != null) {
                    throw new IllegalArgumentException("'" + argument + "' is a second scenario; " + USAGE);
                }
                scenario = Scenario.parse(argument);
            }
        }
    }

    private static long number(String option, String text) {
        if (text.matches("[0-9]{1,9}")) {
            return Long.parseLong(text);
        }
        throw new IllegalArgumentException(option + " is '" + text + "': it must be a number from 0 to 999999999");
    }

    private int go(PrintStream out) {
        if (scenario == null) {
            throw new IllegalArgumentException("no scenario is given; " + USAGE);
        }
        ScenarioPlan plan =
                new ScenarioPlan(scenario, nodes, stateGroups, workloads, Duration.ofSeconds(seconds), seed);
        Path directory = history.toAbsolutePath().getParent();
        if (directory == null || !Files.isWritable(directory) || Files.isDirectory(history)) {
            throw new IllegalArgumentException(
                    "--history is '" + history + "': it must be a file in a directory that can be written");
        }
        out.println(Tier.T1.detect());
        ScenarioResult result = ScenarioRun.run(plan, history, out::println);
        out.println(result.report());
        out.println("history: " + history);
        return result.passes() ? PASSED : FAILED;
    }
}
