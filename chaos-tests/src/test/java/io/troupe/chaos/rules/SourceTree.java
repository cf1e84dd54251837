package io.troupe.chaos.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The project as text: where its files are and what they say once comments are taken away. */
public final class SourceTree {
    private static final Path ROOT =
            Path.of(System.getProperty("troupe.root", "..")).toAbsolutePath().normalize();
    private static final Pattern COMMENT_OR_TEXT = Pattern.compile(
            "(?s)(\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])*')|/\\*.*?\\*/|//[^\n]*");

    private SourceTree() {}

    public static Path root() {
        return ROOT;
    }

    /** {@return the Maven modules that hold Java} */
    static List<Path> modules() {
        try (Stream<Path> entries = Files.list(ROOT)) {
            return entries.filter(entry -> Files.exists(entry.resolve("pom.xml")))
                    .filter(entry -> Files.isDirectory(entry.resolve("src")))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static List<Path> mainSources() {
        return modules().stream()
                .flatMap(module -> javaFiles(module.resolve("src/main/java")).stream())
                .toList();
    }

    static List<Path> allSources() {
        return modules().stream()
                .flatMap(module -> javaFiles(module.resolve("src")).stream())
                .toList();
    }

    static List<Path> javaFiles(Path directory) {
        return files(directory, ".java");
    }

    static List<Path> files(Path directory, String ending) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            return tree.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** {@return the text without comments; string literals stay, line breaks within comments go} */
    static String withoutComments(String java) {
        Matcher matcher = COMMENT_OR_TEXT.matcher(java);
        return matcher.replaceAll(found -> found.group(1) == null ? " " : Matcher.quoteReplacement(found.group(1)));
    }

    static long codeLines(Path file) {
        return withoutComments(read(file))
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .filter(line -> !line.startsWith("import ") && !line.startsWith("package "))
                .count();
    }

    static String relative(Path file) {
        return ROOT.relativize(file).toString();
    }
}
