package io.troupe.demo;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * What a person sees: lines stamped with the seconds since the start, and in between a progress bar on a terminal, or
 * one line a second anywhere else. Safe for any thread.
 */
final class DemoConsole {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;
    private final long startNs;
    private @Nullable ProgressBar bar;

    DemoConsole(PrintStream out, PrintStream err, boolean terminal, long startNs) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.startNs = startNs;
    }

    static DemoConsole standard() {
        return new DemoConsole(System.out, System.err, isTerminal(), System.nanoTime());
    }

    /** Prints a line with its time. */
    synchronized void event(String text) {
        String stamp = String.format(Locale.ROOT, "[%.1fs] ", (System.nanoTime() - startNs) / NANOS_PER_SECOND);
        print(stamp + text);
    }

    /** Prints a line as it is. */
    synchronized void print(String line) {
        out.println(bar == null ? line : CLEAR_LINE + line);
        out.flush();
    }

    /** Prints a line about what went wrong. */
    synchronized void error(String line) {
        endProgress();
        err.println(line);
        err.flush();
    }

    synchronized void progress(Progress progress) {
        if (!terminal) {
            event(progress.head() + " | " + progress.tail());
            return;
        }
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName("acked")
                    .setInitialMax(progress.traffic().total())
                    .setStyle(ProgressBarStyle.ASCII)
                    .setConsumer(new ConsoleProgressBarConsumer(out))
                    .showSpeed()
                    .build();
        }
        bar.setExtraMessage("| " + progress.tail());
        bar.stepTo(progress.traffic().acked());
    }

    synchronized void endProgress() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    /** From JDK 22 on there is a console even when nobody sits at it; only there it can be asked. */
    @SuppressWarnings("SystemConsoleNull") // before JDK 22 null is the answer we look for
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException beforeJdk22) {
            return true;
        } catch (ReflectiveOperationException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }
}
