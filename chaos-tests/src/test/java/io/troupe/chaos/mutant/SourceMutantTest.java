package io.troupe.chaos.mutant;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SourceMutantTest {
    private static final String SOURCE = "demo/src/main/java/io/troupe/demo/verdict/Totals.java";

    @TempDir
    Path directory;

    @Test
    void theMutantHidesTheOriginal() throws IOException, ReflectiveOperationException {
        SourceMutant mutant =
                SourceMutant.of(SOURCE).replace("new Totals(0, 0, 0, 0, 0)", "new Totals(0, 0, 0, 0, 4711)");
        assertThat(mutant.classPath(directory)).startsWith(directory + File.pathSeparator);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, null)) {
            Object none = loader.loadClass("io.troupe.demo.verdict.Totals")
                    .getField("NONE")
                    .get(null);
            assertThat(none).hasToString("events 0, units 0, amount 0.000, last line 0, chain 0000000000001267");
        }
    }

    @Test
    void aMutantThatNoLongerAppliesFailsLoudly() {
        assertThatThrownBy(() ->
                        SourceMutant.of(SOURCE).replace("no such text", "").mutatedSource())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("finds it nowhere");
        assertThatThrownBy(() -> SourceMutant.of(SOURCE).replace("long", "").mutatedSource())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("finds it several times");
    }
}
