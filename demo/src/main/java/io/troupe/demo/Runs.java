package io.troupe.demo;

import java.io.IOException;

import io.troupe.demo.input.OrderBook;

/** What the commands do once every input is known to be good; each returns true if the cluster kept its promise. */
interface Runs {
    /** Exit code when the cluster broke its promise, or could not run. */
    int BROKEN = 1;

    /** Exit code when an option or the input was refused. */
    int BAD_INPUT = 2;

    boolean orders(DemoOptions options, OrderBook book, DemoConsole console) throws IOException, InterruptedException;

    boolean bank(BankOptions options, DemoConsole console) throws IOException, InterruptedException;

    boolean users(UsersOptions options, DemoConsole console) throws IOException, InterruptedException;

    /** {@return what the process says about a promise} */
    static int exitCode(boolean kept) {
        return kept ? 0 : BROKEN;
    }

    /** With nodes that are processes. */
    final class OnProcesses implements Runs {
        @Override
        public boolean orders(DemoOptions options, OrderBook book, DemoConsole console)
                throws IOException, InterruptedException {
            return new DemoRun(options, book, console).run();
        }

        @Override
        public boolean bank(BankOptions options, DemoConsole console) throws IOException, InterruptedException {
            return new BankRun(options, console).run();
        }

        @Override
        public boolean users(UsersOptions options, DemoConsole console) throws IOException, InterruptedException {
            return new UsersRun(options, console).run();
        }
    }
}
