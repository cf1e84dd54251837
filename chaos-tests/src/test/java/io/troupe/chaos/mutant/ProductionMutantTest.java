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

import io.troupe.chaos.sim.MutantProbe;
import org.jspecify.annotations.Nullable;
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
        List<ProductionMutant> mutants = new ArrayList<>(ProductionMutant.KILLED);
        if (FRESH) {
            mutants.addAll(ProductionMutant.ALIVE);
        }
        mutants.removeIf(mutant -> !mutant.name().contains(NAMED));
        List<String> table = new ArrayList<>();
        List<String> survivors = new ArrayList<>();
        for (int i = 0; i < mutants.size(); i++) {
            ProductionMutant mutant = mutants.get(i);
            Path classes = Files.createDirectory(directory.resolve(Integer.toString(i)));
            String sign = FRESH
                    ? signOf(mutant.mutant(), classes, 1, MOST)
                    : signOf(mutant.mutant(), classes, mutant.seed(), NEAR);
            String line = String.format(
                    Locale.ROOT, "%-70s %s", mutant.name(), sign == null ? "SURVIVES" : "killed by seed " + sign);
            table.add(line);
            LOG.info("{}", line);
            if (sign == null && !ProductionMutant.ALIVE.contains(mutant)) {
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
        List<ProductionMutant> all = new ArrayList<>(ProductionMutant.KILLED);
        all.addAll(ProductionMutant.ALIVE);
        for (ProductionMutant mutant : all) {
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
        assertThat(signOf(List.of(), 1, 200)).isNull();
    }

    private static @Nullable String signOf(SourceMutant mutant, Path classes, long first, int count)
            throws IOException, ReflectiveOperationException {
        mutant.classPath(classes);
        return signOf(List.of(classes.toUri().toURL()), first, count);
    }

    private static @Nullable String signOf(List<URL> hiding, long first, int count)
            throws IOException, ReflectiveOperationException {
        List<URL> urls = new ArrayList<>(hiding);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(url(entry));
        }
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            return (String) loader.loadClass(MutantProbe.class.getName())
                    .getMethod("firstSign", long.class, int.class)
                    .invoke(null, first, count);
        }
    }

    private static URL url(String entry) throws MalformedURLException {
        return Path.of(entry).toUri().toURL();
    }
}
