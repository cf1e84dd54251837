package io.troupe.chaos.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The bank and the orders of the demo, whose verdicts are exact, while nodes are killed, frozen and restarted. {@code
 * -Dtroupe.chaos.seed=N} draws other input and victims, {@code -Dtroupe.chaos.only=bank,pause} takes the cases whose
 * arguments have all of these. The orders of a shop are read if {@code TROUPE_DATA} names them.
 */
@Tag("chaos")
@Timeout(900)
class DemoUnderFaultsTest {
    private static final String PID = " \\((leader, )?pid \\d+\\)\n";
    private static final String UP_AGAIN = " up again \\(\\+\\d+\\.\\d s\\)\n";

    @TempDir
    Path workspace;

    /** What hits the nodes, and what the demo must say about it. */
    private enum Blow {
        ONE_KILLED("--kill=random", "KILL n[1-5]" + PID),
        LEADER_KILLED("--kill=leader", "KILL n[1-5] \\(leader, pid \\d+\\)\n"),
        ALL_KILLED("--kill=all", "(.* KILL n[1-3]" + PID + "){3}(?s:.*) n1 n2 n3" + UP_AGAIN),
        LEADER_PAUSED(
                "--kill=leader --by=pause",
                "PAUSE (n[1-3])" + PID + "(?s:.*) \\1 was fenced, and is back in a new life "),
        ONE_PAUSED(
                "--kill=random --by=pause",
                "PAUSE (n[1-3])" + PID + "(?s:.*) \\1 was fenced, and is back in a new life "),
        ALL_PAUSED("--kill=all --by=pause", "(.* PAUSE n[1-3]" + PID + "){3}(?s:.*) n1 n2 n3 are up "),
        ALL_RESTARTED(
                "--kill=all --by=restart",
                "RESTART n1" + PID + "(?s:.*) n1" + UP_AGAIN + "(?s:.*)RESTART n2" + PID + "(?s:.*) n2" + UP_AGAIN
                        + "(?s:.*)RESTART n3" + PID + "(?s:.*) n3" + UP_AGAIN);

        final String arguments;
        final String said;

        Blow(String arguments, String said) {
            this.arguments = arguments;
            this.said = said;
        }
    }

    private static Stream<Arguments> each(String load) {
        String seed = System.getProperty("troupe.chaos.seed", "1");
        List<String> only =
                Arrays.asList(System.getProperty("troupe.chaos.only", "").split(",", -1));
        return Arrays.stream(Blow.values())
                .map(blow -> Arguments.of(load + " " + blow.arguments + " --seed=" + seed, blow))
                .filter(one ->
                        only.stream().allMatch(word -> one.get()[0].toString().contains(word)));
    }

    static Stream<Arguments> bank() {
        return each("bank --transfers=5k --accounts=500");
    }

    static Stream<Arguments> orders() {
        return each("--stock --events=60k");
    }

    static Stream<Arguments> shop() {
        return each("--stock");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("bank")
    void theBankLosesNoMoneyAndEveryTransferEnds(String arguments, Blow blow) throws IOException, InterruptedException {
        run(
                arguments,
                List.of(),
                blow,
                "500/500 accounts match the transfers that are done: sum 500,000 of 500,000, STUCK 0, LOST 0\n$");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("orders")
    void everyCustomerAndStockItemIsExact(String arguments, Blow blow) throws IOException, InterruptedException {
        run(
                arguments,
                List.of(),
                blow,
                "\n([\\d,]+)/\\1 customers match \\(events, units, amount, order\\): LOST 0, DOUBLED 0\n");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("shop")
    void everyCustomerAndStockItemOfTheShopIsExact(String arguments, Blow blow)
            throws IOException, InterruptedException {
        String data = System.getenv().getOrDefault("TROUPE_DATA", "");
        String lacks = "SKIPPED " + arguments + ": TROUPE_DATA names no file of orders";
        if (data.isBlank()) {
            System.out.println(lacks);
        }
        assumeTrue(!data.isBlank(), lacks);
        run(
                arguments,
                List.of("--data", data),
                blow,
                "\n([\\d,]+)/\\1 customers match \\(events, units, amount, order\\): LOST 0, DOUBLED 0\n");
    }

    private void run(String arguments, List<String> further, Blow blow, String verdict)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Arrays.asList(arguments.split(" ", -1)));
        command.addAll(further);
        System.out.println("again: java -jar demo/target/troupe-demo.jar " + String.join(" ", command));
        try (DemoCommand demo = DemoCommand.start(workspace, command.toArray(String[]::new))) {
            int exitCode = demo.exitCode();
            System.out.println(
                    demo.out().replaceAll("(?m)^.* acked .* \\|.*\\n", "").indent(2));
            assertThat(exitCode).as("%s%s", demo.out(), demo.err()).isZero();
            assertThat(demo.out()).containsPattern(blow.said).containsPattern(verdict);
            if (arguments.contains("--stock")) {
                assertThat(demo.out())
                        .containsPattern("\n([\\d,]+)/\\1 stock items match \\(events, units, amount, order\\):"
                                + " LOST 0, DOUBLED 0\n$");
            }
            demo.assertNothingLeft();
        }
    }
}
