package io.troupe.chaos.mutant;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

import io.troupe.chaos.rules.SourceTree;

/**
 * One production source with one bug planted into it. Every text it changes must occur exactly once: a mutant that no
 * longer applies fails its test loudly, instead of testing the good code for ever.
 *
 * @param source the file, from the root of the repository
 * @param edits  what the bug changes
 */
public record SourceMutant(String source, List<Edit> edits) {
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** Opening the class path costs more than compiling one file, so each thread leaves it open for the next mutant. */
    private static final ThreadLocal<StandardJavaFileManager> FILES =
            ThreadLocal.withInitial(() -> COMPILER.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8));

    /**
     * One change of the text.
     *
     * @param original    what the good code says
     * @param replacement what the bug says
     */
    public record Edit(String original, String replacement) {}

    /** {@return the source without a bug yet} */
    public static SourceMutant of(String source) {
        return new SourceMutant(source, List.of());
    }

    /** {@return the same with one more change} */
    public SourceMutant replace(String original, String replacement) {
        return new SourceMutant(
                source,
                Stream.concat(edits.stream(), Stream.of(new Edit(original, replacement)))
                        .toList());
    }

    /** {@return a class path on which the mutant hides the original} */
    public String classPath(Path directory) throws IOException {
        compile(directory);
        return directory + File.pathSeparator + System.getProperty("java.class.path");
    }

    String mutatedSource() throws IOException {
        String text = Files.readString(SourceTree.root().resolve(source));
        for (Edit edit : edits) {
            text = apply(edit, text);
        }
        return text;
    }

    private String apply(Edit edit, String text) {
        int first = text.indexOf(edit.original());
        if (first < 0 || text.indexOf(edit.original(), first + 1) >= 0) {
            throw new AssertionError("the mutant of " + source + " must find its text exactly once, but finds it "
                    + (first < 0 ? "nowhere" : "several times") + ": follow the change of the production code.\n"
                    + edit.original());
        }
        return text.replace(edit.original(), edit.replacement());
    }

    private void compile(Path directory) throws IOException {
        StandardJavaFileManager files = FILES.get();
        files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(directory));
        StringWriter messages = new StringWriter();
        boolean compiled = COMPILER.getTask(
                        messages,
                        files,
                        null,
                        List.of("-proc:none", "-nowarn"),
                        null,
                        List.of(new MutatedFile(source, mutatedSource())))
                .call();
        if (!compiled) {
            throw new AssertionError("the mutant of " + source + " does not compile:\n" + messages);
        }
    }

    private static final class MutatedFile extends SimpleJavaFileObject {
        private final String text;

        MutatedFile(String source, String text) {
            super(URI.create(String.format(Locale.ROOT, "memory:///%s", source)), JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
