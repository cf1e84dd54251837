package io.troupe.chaos.mutant;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.troupe.chaos.rules.SourceTree;
import io.troupe.chaos.sim.MutantProbe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The simulation kills mutants of the product, each from its recorded seed. The bugs exist only here: the
 * changed source is compiled into a directory of the test, and hides the good class from a class loader of its own.
 * {@code -Dtroupe.mutants=fresh} looks for new seeds, {@code -Dtroupe.mutants.most=N} schedules for
 * each, {@code -Dtroupe.mutants.named=TEXT} only for those with the text in their name.
 */
@Tag("mutants")
// Schedules are counted, so a slow machine needs longer for them; the limit of their JVM is the one that is there
// against hanging.
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class ProductionMutantTest {
    private static final Logger LOG = LoggerFactory.getLogger(ProductionMutantTest.class);
    private static final boolean FRESH = "fresh".equals(System.getProperty("troupe.mutants"));
    private static final int MOST = Integer.getInteger("troupe.mutants.most", 3_000);

    private static final String NAMED = System.getProperty("troupe.mutants.named", "");

    /** How many schedules from the recorded seed on: a change of the simulation moves a sign a little. */
    private static final int NEAR = 40;

    /** Most mutants of what a test waits for are found by its waiting in vain. */
    private static final Duration IN_VAIN = Duration.ofSeconds(3);

    /** What the good product does comes in the end, on a busy machine, too. */
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

    /** Seeds of the simulations that look at many. */
    private static final Map<String, String> FEW = Map.of(
            "troupe.backup.seeds", "12",
            "troupe.outbox.seeds", "20",
            "troupe.saga.seeds", "20",
            "troupe.names.seeds", "10",
            "troupe.transaction.seeds", "15",
            "troupe.address.seeds", "3");

    /** Seeds among which every mutant shows, also one that it takes an earlier transaction and a refusal for. */
    private static final Map<String, String> TELLING = Map.of("troupe.transaction.first", "93");

    /** What no mutant changes is loaded once for all of them. */
    private static final ClassLoader LIBRARIES =
            new URLClassLoader(classPath(false).toArray(URL[]::new), ClassLoader.getPlatformClassLoader());

    @Test
    void everyMutantIsKilled(@TempDir Path directory) {
        kill(directory, FRESH ? ProductionMutant.all() : ProductionMutant.killed(), FRESH);
    }

    /** Minutes of work: schedules that nobody has recorded find the mutants, too. */
    @Test
    @Tag("chaos")
    void seedsThatAreNotRecordedKillToo(@TempDir Path directory) {
        kill(directory, ProductionMutant.killed(), true);
    }

    private static void kill(Path directory, List<ProductionMutant> mutants, boolean fresh) {
        mutants.removeIf(mutant -> !mutant.name().contains(NAMED));
        assertThat(mutants.stream().map(ProductionMutantTest::whyNotFound).flatMap(Optional::stream))
                .as("mutants whose text is gone, all of them before the first is tried")
                .isEmpty();
        List<String> survivors = Collections.synchronizedList(new ArrayList<>());
        TELLING.forEach(System::setProperty);
        // Each in a class loader of its own, so they do not know of each other.
        List<String> table = IntStream.range(0, mutants.size())
                .parallel()
                .mapToObj(number -> {
                    ProductionMutant mutant = mutants.get(number);
                    String sign = sign(mutant, directory.resolve(Integer.toString(number)), fresh);
                    String line = String.format(
                            Locale.ROOT, "%-70s %s", mutant.name(), sign == null ? "SURVIVES" : "killed by " + sign);
                    LOG.info("{}", line);
                    if (sign == null && !MutantsAlive.ALIVE.contains(mutant)) {
                        survivors.add(mutant.name());
                    }
                    return line;
                })
                .toList();
        TELLING.keySet().forEach(System::clearProperty);
        LOG.warn("{} mutants of the product\n{}", table.size(), String.join("\n", table));
        assertThat(survivors).isEmpty();
    }

    private static Optional<String> whyNotFound(ProductionMutant mutant) {
        try {
            mutant.mutant().mutatedSource();
            return Optional.empty();
        } catch (AssertionError | IOException e) {
            return Optional.of(mutant.name() + ": " + e.getMessage());
        }
    }

    private static @Nullable String sign(ProductionMutant mutant, Path classes, boolean fresh) {
        try {
            mutant.mutant().classPath(Files.createDirectory(classes));
            return signOf(mutant, classes, fresh);
        } catch (IOException | ReflectiveOperationException e) {
            throw new AssertionError("the mutant '" + mutant.name() + "' cannot be tried", e);
        }
    }

    /** A mutant whose text is gone tests nothing; those that are killed are planted when that is tried. */
    @Test
    void whatNothingKillsCanBePlanted(@TempDir Path directory) {
        assertThat(IntStream.range(0, MutantsAlive.ALIVE.size())
                        .parallel()
                        .mapToObj(number -> whyNotPlanted(MutantsAlive.ALIVE.get(number), directory, number))
                        .flatMap(Optional::stream))
                .isEmpty();
    }

    private static Optional<String> whyNotPlanted(ProductionMutant mutant, Path directory, int number) {
        try {
            mutant.mutant().classPath(Files.createDirectory(directory.resolve(Integer.toString(number))));
            return Optional.empty();
        } catch (AssertionError | IOException e) {
            return Optional.of(mutant.name() + ": " + e.getMessage());
        }
    }

    /**
     * What the tests look at many seeds for they do elsewhere: here it is about the class loader, and each seed would
     * tell.
     */
    @Test
    void theGoodProductSurvivesInTheSameClassLoader() {
        FEW.forEach(System::setProperty);
        try {
            assertNothingIsSeenInTheGoodProduct();
        } finally {
            FEW.keySet().forEach(System::clearProperty);
        }
    }

    private static void assertNothingIsSeenInTheGoodProduct() {
        Stream<Callable<Optional<String>>> tests = ProductionMutant.tests().stream()
                .map(test -> () -> Optional.ofNullable(test(List.of(), test, LONG_ENOUGH)));
        Stream<Callable<Optional<String>>> schedules =
                Stream.of(() -> Optional.ofNullable(schedules(List.of(), 1, 50)));
        assertThat(Stream.concat(schedules, tests).toList().parallelStream()
                        .map(ProductionMutantTest::call)
                        .flatMap(Optional::stream))
                .isEmpty();
    }

    private static Optional<String> call(Callable<Optional<String>> probe) {
        try {
            return probe.call();
        } catch (Exception e) {
            throw new AssertionError("the good product cannot be tried", e);
        }
    }

    /** What shows the mutant: the schedule recorded for it, or one near to it, or else the test named for it. */
    private static @Nullable String signOf(ProductionMutant mutant, Path classes, boolean fresh)
            throws IOException, ReflectiveOperationException {
        List<URL> hiding = List.of(classes.toUri().toURL());
        String sign = null;
        if (fresh) {
            sign = schedules(hiding, 1, MOST);
        } else if (mutant.seed() > 0) {
            sign = schedules(hiding, mutant.seed(), NEAR);
        }
        return sign == null && !mutant.test().isEmpty() ? test(hiding, mutant.test(), IN_VAIN) : sign;
    }

    private static @Nullable String schedules(List<URL> hiding, long first, int count)
            throws IOException, ReflectiveOperationException {
        try (URLClassLoader loader = loader(hiding)) {
            String sign = (String) loader.loadClass(MutantProbe.class.getName())
                    .getMethod("firstSign", long.class, int.class)
                    .invoke(null, first, count);
            return sign == null ? null : "seed " + sign;
        }
    }

    private static @Nullable String test(List<URL> hiding, String testClass, Duration patience)
            throws IOException, ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = loader(hiding)) {
            thread.setContextClassLoader(loader);
            String sign = (String) loader.loadClass(TestProbe.class.getName())
                    .getMethod("firstSign", String.class, Duration.class)
                    .invoke(null, testClass, patience);
            return sign == null ? null : testClass.substring(testClass.lastIndexOf('.') + 1) + " " + sign;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Finds everything that this test finds, but the mutant first, and the tests of the modules with their cores. */
    private static URLClassLoader loader(List<URL> hiding) throws MalformedURLException {
        List<URL> urls = new ArrayList<>(hiding);
        urls.addAll(classPath(true));
        for (String module : List.of("raft-metadata", "transport", "cluster", "actors")) {
            urls.add(SourceTree.root()
                    .resolve(module)
                    .resolve("target/test-classes")
                    .toUri()
                    .toURL());
        }
        URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), LIBRARIES);
        loader.setDefaultAssertionStatus(true);
        return loader;
    }

    private static List<URL> classPath(boolean isOwn) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(entry -> isOwn(entry) == isOwn)
                .map(ProductionMutantTest::url)
                .toList();
    }

    /** Classes and jars of the product, and jqwik, which keeps what runs in static fields. */
    private static boolean isOwn(Path entry) {
        String name = entry.getFileName().toString();
        return !name.endsWith(".jar") || name.startsWith("troupe-") || name.startsWith("jqwik");
    }

    private static URL url(Path entry) {
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new IllegalStateException(entry + " is no entry of a class path", impossible);
        }
    }
}
