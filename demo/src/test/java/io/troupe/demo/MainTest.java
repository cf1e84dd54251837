package io.troupe.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import io.troupe.demo.input.OrderBook;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class MainTest {
    private static final LaunchOptions DEFAULT =
            new LaunchOptions(3, KillMode.LEADER, Harm.KILL, ClusterSettings.DEFAULT, 1, 0);
    private static final String HINT = ". Use --help for the options and their values.\n";

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private boolean verdict = true;
    private @Nullable DemoOptions started;
    private @Nullable BankOptions bank;
    private @Nullable UsersOptions users;
    private @Nullable Path configuredData;
    private OrderBook book = new OrderBook("none", List.of());

    @Test
    void defaultsAreThreeNodesALeaderKillAndGeneratedOrders() {
        assertThat(execute()).isZero();
        assertThat(started).isEqualTo(new DemoOptions(DEFAULT, Mode.EXACTLY_ONCE, 2_000, false, Fault.NONE, List.of()));
        assertThat(book.source()).isEqualTo("100,000 generated orders (seed 1)");
        assertThat(book.lines()).hasSize(100_000);
    }

    @Test
    void aDataFileNamedByTheSurroundingsIsUsedUnlessAnOptionNamesOne() throws IOException {
        String header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
        configuredData = Files.writeString(
                directory.resolve("configured.csv"), header + "1,A,x,1,2010-12-01 08:26:00,1.5,7.0,UK\n");
        assertThat(execute()).isZero();
        assertThat(book.source()).isEqualTo("configured.csv");
        Path named =
                Files.writeString(directory.resolve("named.csv"), header + "2,A,x,1,2010-12-01 08:26:00,1.5,7.0,UK\n");
        assertThat(execute("--data=" + named)).isZero();
        assertThat(book.source()).isEqualTo("named.csv");
    }

    @Test
    void everyOptionArrives() {
        assertThat(execute(
                        "--nodes=5",
                        "--kill=random",
                        "--events=2k",
                        "--mode=at-least-once",
                        "--seed=7",
                        "--in-flight=9",
                        "--stock",
                        "--port=7700",
                        "--fault=cut-links",
                        "--failover=fast",
                        "--state-groups=2",
                        "--node-jvm=-Xint -Xmx1g"))
                .isZero();
        assertThat(started)
                .isEqualTo(new DemoOptions(
                        new LaunchOptions(
                                5, KillMode.RANDOM, Harm.KILL, new ClusterSettings(Failover.FAST, 2), 7, 7_700),
                        Mode.AT_LEAST_ONCE,
                        9,
                        true,
                        Fault.CUT_LINKS,
                        List.of("-Xint", "-Xmx1g")));
        assertThat(book.lines()).hasSize(2_000);
    }

    @Test
    void aBrokenPromiseIsExitCodeOne() {
        verdict = false;
        assertThat(execute("--events=1")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--colour=red     | Unknown option: '--colour=red'",
                "--nodes=three    | Invalid value for option '--nodes': 'three' is not an int",
                "--kill=everyone  | Invalid value for option '--kill': expected leader, random, all or none, but was 'everyone'",
                "--by=fire        | Invalid value for option '--by': expected kill, pause or restart, but was 'fire'",
                "--failover=never | Invalid value for option '--failover': expected safe or fast, but was 'never'",
                "--mode=twice     | Invalid value for option '--mode': expected exactly-once or at-least-once, but was 'twice'",
                "--events=0       | Invalid value for option '--events': expected 1 to 10m, such as 50k, but was '0'",
                "--events=many    | Invalid value for option '--events': expected 1 to 10m, such as 50k, but was 'many'",
                "--fault=fire     | Invalid value for option '--fault': expected none or cut-links, but was 'fire'",
                "--seed           | Missing required parameter for option '--seed' (N)",
                "surplus          | Unmatched argument at index 0: 'surplus'",
            })
    void anOptionThatCannotBeReadIsRefusedInOneLine(String option, String message) {
        assertThat(execute(option)).isEqualTo(2);
        assertRefused(message + HINT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nodes=4            | --nodes must be 1, 3, 5 or 7, but was 4: an even number tolerates no more failures than one less",
                "--nodes=9            | --nodes must be 1, 3, 5 or 7, but was 9: an even number tolerates no more failures than one less",
                "--nodes=1            | --nodes 1 does not survive a kill: use --kill none, or --nodes 3 or more with --kill leader",
                "--kill=none --by=pause | --kill none leaves nobody to pause: name leader, random or all, or leave out --by pause",
                "--state-groups=16    | --state-groups must be 0 to 15, but was 16",
                "--in-flight=0        | --in-flight must be 1 to 1000000, but was 0",
                "--port=65534         | --port must be 0 or 1 to 65530 for 3 nodes, but was 65534",
            })
    void aValueOutOfRangeIsRefusedInOneLine(String options, String message) {
        assertThat(execute(options.split(" ", -1))).isEqualTo(2);
        assertRefused(message + "\n");
    }

    @Test
    void aMissingDataFileIsRefused() {
        assertThat(execute("--data=" + directory.resolve("none.csv"))).isEqualTo(2);
        assertRefused(
                "data file " + directory.resolve("none.csv") + " does not exist: name a CSV file, plain or gzipped,"
                        + " in the format of the UCI Online Retail data set\n");
    }

    @Test
    void aMalformedDataFileIsRefusedWithItsLineNumber() throws IOException {
        Path file = Files.writeString(
                directory.resolve("bad.csv"),
                "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,A,x,1,d,1.0,7,UK\n1,A,x,y,d,1.0,7,UK\n");
        assertThat(execute("--data=" + file)).isEqualTo(2);
        assertRefused("data file " + file + " line 3: Quantity must be a whole number but was 'y'\n");
    }

    @Test
    void aTableOfExpectedValuesBesideTheDataFileIsChecked() throws IOException {
        Path file = Files.writeString(
                directory.resolve("orders.csv"),
                "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,A,x,1,d,1.0,7,UK\n");
        Path table = directory.resolve("expected-customers.csv");
        String header = "entity,events,units,amount_milli,last_line,chain_hex\n";
        Files.writeString(table, header + "7,1,1,1000,1,0000000000000001\n");
        assertThat(execute("--data=" + file)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("expected values agree with expected-customers.csv (1 entities)");
        Files.writeString(table, header + "7,1,1,1000,1,0000000000000002\n");
        started = null;
        assertThat(execute("--data=" + file)).isEqualTo(2);
        assertThat(started).isNull();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("disagrees with the data file beside it about 7");
    }

    @Test
    void helpNamesEveryOptionAndIsNoError() {
        assertThat(execute("--help")).isZero();
        assertThat(started).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "--kill=all --by=restart, 3, ALL, RESTART, false",
        "--kill=all, 3, ALL, KILL, false",
        "--by=pause, 3, LEADER, PAUSE, false",
        "--kill=all --nodes=1, 1, ALL, KILL, false",
        "--kill=random, 3, RANDOM, KILL, true",
    })
    void nodesAreHurtInSeveralWays(String options, int nodes, KillMode kill, Harm harm, boolean endsOneNode) {
        assertThat(execute(options.split(" ", -1))).isZero();
        LaunchOptions launch = Objects.requireNonNull(started).launch();
        assertThat(launch).isEqualTo(new LaunchOptions(nodes, kill, harm, ClusterSettings.DEFAULT, 1, 0));
        assertThat(launch.endsOneNode()).isEqualTo(endsOneNode);
    }

    @Test
    void theBankHasOptionsOfItsOwn() {
        assertThat(execute("bank")).isZero();
        assertThat(bank).isEqualTo(new BankOptions(DEFAULT, 1_000, 10_000, TransferBy.SAGA));
        assertThat(execute(
                        "bank",
                        "--nodes=5",
                        "--kill=none",
                        "--accounts=2k",
                        "--transfers=50k",
                        "--as=transaction",
                        "--seed=9",
                        "--port=7700"))
                .isZero();
        assertThat(bank)
                .isEqualTo(new BankOptions(
                        new LaunchOptions(5, KillMode.NONE, Harm.KILL, ClusterSettings.DEFAULT, 9, 7_700),
                        2_000,
                        50_000,
                        TransferBy.TRANSACTION));
        verdict = false;
        assertThat(execute("bank")).isEqualTo(1);
        assertThat(started).isNull();
    }

    @Test
    void aBankThatCannotBeRunIsRefused() {
        assertThat(execute("bank", "--accounts=1")).isEqualTo(2);
        assertRefused("--accounts must be 2 to 1000000, but was 1\n");
        err.reset();
        assertThat(execute("bank", "--as=cheque")).isEqualTo(2);
        assertRefused("Invalid value for option '--as': expected saga or transaction, but was 'cheque'" + HINT);
        err.reset();
        assertThat(execute("bank", "--nodes=2")).isEqualTo(2);
        assertRefused(
                "--nodes must be 1, 3, 5 or 7, but was 2: an even number tolerates no more failures than one less\n");
    }

    @Test
    void theUsersHaveOptionsOfTheirOwn() {
        assertThat(execute("users")).isZero();
        assertThat(users).isEqualTo(new UsersOptions(DEFAULT, 1_000, 20_000));
        assertThat(execute("users", "--kill=random", "--users=2k", "--events=50k", "--seed=9", "--port=7700"))
                .isZero();
        assertThat(users)
                .isEqualTo(new UsersOptions(
                        new LaunchOptions(3, KillMode.RANDOM, Harm.KILL, ClusterSettings.DEFAULT, 9, 7_700),
                        2_000,
                        50_000));
        verdict = false;
        assertThat(execute("users")).isEqualTo(1);
        assertThat(started).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--users=1      | --users must be 2 to 100000, but was 1: points go from one to another",
                "--users=100001 | --users must be 2 to 100000, but was 100001: points go from one to another",
                "--events=2m    | --events must be 1 to 1000000, but was 2000000",
                "--nodes=6      | --nodes must be 1, 3, 5 or 7, but was 6: an even number tolerates no more failures than one less",
                "--port=-1      | --port must be 0 or 1 to 65530 for 3 nodes, but was -1",
            })
    void usersThatCannotBeRunAreRefused(String option, String message) {
        assertThat(execute("users", option)).isEqualTo(2);
        assertRefused(message + "\n");
        assertThat(users).isNull();
    }

    private void assertRefused(String message) {
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo(message);
        assertThat(out.size()).isZero();
        assertThat(started).as("nothing may start").isNull();
    }

    private int execute(String... arguments) {
        DemoConsole console = new DemoConsole(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                0);
        int exitCode = Main.execute(arguments, console, new Recorded(), configuredData);
        assertThat(err.size() > 0).isEqualTo(exitCode == 2);
        return exitCode;
    }

    private final class Recorded implements Runs {
        @Override
        public boolean users(UsersOptions options, DemoConsole console) {
            users = options;
            return verdict;
        }

        @Override
        public boolean orders(DemoOptions options, OrderBook input, DemoConsole console) {
            started = options;
            book = input;
            return verdict;
        }

        @Override
        public boolean bank(BankOptions options, DemoConsole console) {
            bank = options;
            return verdict;
        }
    }
}
