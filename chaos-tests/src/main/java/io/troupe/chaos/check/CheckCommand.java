package io.troupe.chaos.check;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The command line of the checkers: prints one line for each. Exit codes: 0 all pass, 1 one does not, 2 bad input, with
 * one line that says what was wrong.
 */
public final class CheckCommand {
    static final int KEPT = 0;
    static final int BROKEN = 1;
    static final int BAD_INPUT = 2;

    private static final long MAX_STEPS = 1_000_000_000L;
    private static final long DEFAULT_BUDGET_SECONDS = 10;
    private static final long MAX_BUDGET_SECONDS = 86_400;
    private static final String USAGE =
            "usage: CheckCommand [--only=NAME,...] [--budget-seconds=N] [--explain] history.jsonl";

    private List<String> only = List.of();
    private long budgetSeconds = DEFAULT_BUDGET_SECONDS;
    private boolean isExplained;
    private @Nullable Path file;

    private CheckCommand() {}

    /**
     * Checks one history and ends the process.
     *
     * @param arguments options and the file
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    static int run(String[] arguments, PrintStream out, PrintStream err) {
        try {
            CheckCommand command = new CheckCommand();
            for (String argument : arguments) {
                if (argument.equals("--help")) {
                    out.println(USAGE);
                    return KEPT;
                }
                command.take(argument);
            }
            return command.check(out);
        } catch (BadHistoryException | IllegalArgumentException bad) {
            err.println(Verdict.inOneLine(String.valueOf(bad.getMessage())));
            return BAD_INPUT;
        }
    }

    private void take(String argument) {
        if (argument.startsWith("--only=")) {
            only = List.of(argument.substring("--only=".length()).split(",", -1));
        } else if (argument.startsWith("--budget-seconds=")) {
            budgetSeconds = seconds(argument.substring("--budget-seconds=".length()));
        } else if (argument.equals("--explain")) {
            isExplained = true;
        } else if (argument.startsWith("-")) {
            throw new IllegalArgumentException("unknown option '" + argument + "'; " + USAGE);
        } else if (file != null) {
            throw new IllegalArgumentException("'" + argument + "' is a second history; " + USAGE);
        } else {
            file = Path.of(argument);
        }
    }

    private static long seconds(String text) {
        if (text.matches("[0-9]{1,6}")) {
            long seconds = Long.parseLong(text);
            if (seconds >= 1 && seconds <= MAX_BUDGET_SECONDS) {
                return seconds;
            }
        }
        throw new IllegalArgumentException(
                "--budget-seconds is '" + text + "': it must be a number of seconds from 1 to " + MAX_BUDGET_SECONDS);
    }

    private int check(PrintStream out) throws BadHistoryException {
        if (file == null) {
            throw new IllegalArgumentException("no history is given; " + USAGE);
        }
        List<Checker> chosen =
                chosen(Checker.all(new Budget(MAX_STEPS, TimeUnit.SECONDS.toNanos(budgetSeconds), System::nanoTime)));
        History history = HistoryFile.read(file);
        boolean allPass = true;
        for (Checker checker : chosen) {
            Verdict verdict = checker.check(history);
            allPass &= verdict.passes();
            out.println(verdict.line());
            if (isExplained) {
                verdict.evidence().forEach(line -> out.println("    " + Verdict.inOneLine(line)));
            }
        }
        return allPass ? KEPT : BROKEN;
    }

    private List<Checker> chosen(List<Checker> all) {
        List<String> names = all.stream().map(Checker::name).toList();
        for (String name : only) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException("unknown checker '" + name + "': it must be one of " + names);
            }
        }
        List<Checker> chosen = new ArrayList<>(all);
        chosen.removeIf(checker -> !only.isEmpty() && !only.contains(checker.name()));
        return chosen;
    }
}
