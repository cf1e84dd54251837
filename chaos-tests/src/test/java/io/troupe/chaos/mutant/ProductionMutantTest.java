package io.troupe.chaos.mutant;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.troupe.chaos.rules.SourceTree;
import io.troupe.chaos.sim.MutantProbe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
class ProductionMutantTest {
    private static final Logger LOG = LoggerFactory.getLogger(ProductionMutantTest.class);
    private static final boolean FRESH = "fresh".equals(System.getProperty("troupe.mutants"));
    private static final int MOST = Integer.getInteger("troupe.mutants.most", 3_000);

    private static final String NAMED = System.getProperty("troupe.mutants.named", "");

    /** How many schedules from the recorded seed on: a change of the simulation moves a sign a little. */
    private static final int NEAR = 40;

    @Test
    void everyMutantIsKilled(@TempDir Path directory) throws IOException, ReflectiveOperationException {
        kill(directory, FRESH ? ProductionMutant.all() : ProductionMutant.killed(), FRESH);
    }

    /** Minutes of work: schedules that nobody has recorded find the mutants, too. */
    @Test
    @Tag("chaos")
    void seedsThatAreNotRecordedKillToo(@TempDir Path directory) throws IOException, ReflectiveOperationException {
        kill(directory, ProductionMutant.killed(), true);
    }

    private static void kill(Path directory, List<ProductionMutant> mutants, boolean fresh)
            throws IOException, ReflectiveOperationException {
        mutants.removeIf(mutant -> !mutant.name().contains(NAMED));
        List<String> table = new ArrayList<>();
        List<String> survivors = new ArrayList<>();
        for (int i = 0; i < mutants.size(); i++) {
            ProductionMutant mutant = mutants.get(i);
            Path classes = Files.createDirectory(directory.resolve(Integer.toString(i)));
            mutant.mutant().classPath(classes);
            String sign = signOf(mutant, classes, fresh);
            String line = String.format(
                    Locale.ROOT, "%-70s %s", mutant.name(), sign == null ? "SURVIVES" : "killed by " + sign);
            table.add(line);
            LOG.info("{}", line);
            if (sign == null && !MutantsAlive.ALIVE.contains(mutant)) {
                survivors.add(mutant.name());
            }
        }
        LOG.warn("{} mutants of the product\n{}", table.size(), String.join("\n", table));
        assertThat(survivors).isEmpty();
    }

    /** A mutant whose text is gone tests nothing: all that do not apply are named at once. */
    @Test
    void everyMutantCanBePlanted(@TempDir Path directory) throws IOException {
        List<String> broken = new ArrayList<>();
        int number = 0;
        for (ProductionMutant mutant : ProductionMutant.all()) {
            try {
                mutant.mutant().classPath(Files.createDirectory(directory.resolve(Integer.toString(number++))));
            } catch (AssertionError e) {
                broken.add(mutant.name() + ": " + e.getMessage());
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void theGoodProductSurvivesInTheSameClassLoader() throws IOException, ReflectiveOperationException {
        assertThat(schedules(List.of(), 1, 200)).isNull();
        for (String test : ProductionMutant.tests()) {
            assertThat(test(List.of(), test)).as(test).isNull();
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
        return sign == null && !mutant.test().isEmpty() ? test(hiding, mutant.test()) : sign;
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

    private static @Nullable String test(List<URL> hiding, String testClass)
            throws IOException, ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = loader(hiding)) {
            thread.setContextClassLoader(loader);
            String sign = (String) loader.loadClass(TestProbe.class.getName())
                    .getMethod("firstSign", String.class)
                    .invoke(null, testClass);
            return sign == null ? null : testClass.substring(testClass.lastIndexOf('.') + 1) + " " + sign;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Finds everything that this test finds, but the mutant first, and the tests of the modules with their cores. */
    private static URLClassLoader loader(List<URL> hiding) throws MalformedURLException {
        List<URL> urls = new ArrayList<>(hiding);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(url(entry));
        }
        for (String module : List.of("raft-metadata", "cluster", "actors")) {
            urls.add(SourceTree.root()
                    .resolve(module)
                    .resolve("target/test-classes")
                    .toUri()
                    .toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static URL url(String entry) throws MalformedURLException {
        return Path.of(entry).toUri().toURL();
    }
}
