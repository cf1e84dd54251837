package io.troupe.chaos.rules;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static io.troupe.chaos.rules.SourceTree.relative;
import static org.assertj.core.api.Assertions.assertThat;

/** The rules of the repository that no formatter or compiler checks. */
class RepositoryRulesTest {
    private static final int MAX_CODE_LINES = 500;
    private static final int MAX_README_LINES = 250;
    private static final int FIRST_CODE_BY_LINE = 25;
    private static final Pattern TYPE = Pattern.compile(
            "(?m)^(?:(?:public|final|abstract|sealed|non-sealed) )*(?:class|interface|record|enum|@interface) (\\w+)");
    private static final Pattern ANNOTATIONS_AT_END = Pattern.compile("(?:@[\\w.]+(?:\\([^()]*\\))?\\s*)+$");
    private static final Pattern FORBIDDEN_NAME = Pattern.compile("Helper|Util(?:s|ity|ities)?|Impl|Base|Misc");
    private static final Pattern MARKDOWN_LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    /** The demo talks to people and ends processes; everything else is a library. */
    private static final Set<String> CONSOLE_CLASSES = Set.of(
            "Main.java",
            "DemoConsole.java",
            "NodeMain.java",
            "TwoTerminals.java",
            "BenchCommand.java",
            "Child.java",
            "CheckCommand.java",
            "ScenarioCommand.java");

    @Test
    void noSourceFileHasMoreThanFiveHundredLinesOfCode() {
        assertThat(SourceTree.allSources()).hasSizeGreaterThan(100);
        assertNone(SourceTree.allSources(), file -> SourceTree.codeLines(file) > MAX_CODE_LINES);
    }

    @Test
    void everyPackageSaysWhatLivesInItAndWhereToStart() {
        Set<Path> infos = SourceTree.mainSources().stream()
                .map(file -> file.resolveSibling("package-info.java"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertNone(infos, Files::notExists);
        assertNone(infos, info -> !SourceTree.read(info).contains("@NullMarked"));
        assertNone(infos, info -> !SourceTree.read(info).contains("Start at"));
        assertNone(infos, info -> {
            long lines = SourceTree.read(info)
                    .lines()
                    .filter(line -> line.startsWith(" * "))
                    .count();
            return lines < 2 || lines > 5;
        });
    }

    @Test
    void everyTypeSaysWhatItIs() {
        assertNone(SourceTree.mainSources(), file -> !file.endsWith("package-info.java") && !isDocumented(file));
    }

    private static boolean isDocumented(Path file) {
        String text = SourceTree.read(file);
        Matcher type = TYPE.matcher(text);
        if (!type.find()) {
            return false;
        }
        String before = text.substring(0, type.start())
                .replaceAll("(?m)\\s//[^\n]*$", "")
                .stripTrailing();
        return ANNOTATIONS_AT_END
                .matcher(before)
                .replaceFirst("")
                .stripTrailing()
                .endsWith("*/");
    }

    @Test
    void namesPromiseSomething() {
        assertNone(SourceTree.allSources(), file -> {
            Matcher type = TYPE.matcher(SourceTree.read(file));
            return type.results()
                    .flatMap(found -> words(found.group(1)).stream())
                    .anyMatch(FORBIDDEN_NAME.asMatchPredicate());
        });
    }

    @Test
    void librariesNeitherPrintNorExitNorSleep() {
        assertAbsentFromMain("System\\.(out|err)\\b", RepositoryRulesTest::isConsoleClass);
        assertAbsentFromMain("System\\.exit|\\.halt\\(", RepositoryRulesTest::isConsoleClass);
        assertAbsentFromMain("printStackTrace\\(", file -> false);
        assertAbsentFromMain(
                "Thread\\.sleep|(SECONDS|MILLISECONDS|NANOSECONDS|MICROSECONDS)\\.sleep",
                file -> relative(file).startsWith("jmh"));
        assertAbsentFromMain("addShutdownHook", RepositoryRulesTest::isTool);
    }

    @Test
    void noTestIsSwitchedOff() {
        Pattern disabled = Pattern.compile("@" + "Disabled\\b");
        assertNone(
                SourceTree.allSources(),
                file -> disabled.matcher(SourceTree.withoutComments(SourceTree.read(file)))
                        .find());
    }

    @Test
    void noPackageIsSharedByTwoModules() {
        Map<String, Set<String>> modulesOf = new HashMap<>();
        for (Path module : SourceTree.modules()) {
            Path sources = module.resolve("src/main/java");
            SourceTree.javaFiles(sources)
                    .forEach(file -> modulesOf
                            .computeIfAbsent(
                                    sources.relativize(file.getParent()).toString(), name -> new TreeSet<>())
                            .add(module.getFileName().toString()));
        }
        assertThat(modulesOf)
                .isNotEmpty()
                .allSatisfy((name, modules) ->
                        assertThat(modules).as("modules of package %s", name).hasSize(1));
    }

    @Test
    void readmeIsShortAndStartsWithACommand() {
        List<String> lines =
                SourceTree.read(SourceTree.root().resolve("README.md")).lines().toList();
        assertThat(lines).hasSizeLessThanOrEqualTo(MAX_README_LINES);
        assertThat(lines.subList(0, Math.min(lines.size(), FIRST_CODE_BY_LINE)))
                .anyMatch(line -> line.startsWith("```"));
    }

    @Test
    void linksInTheDocumentsLeadSomewhere() {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher link = MARKDOWN_LINK.matcher(SourceTree.read(document));
            while (link.find()) {
                String target = link.group(1).replaceFirst("#.*", "");
                if (!target.isEmpty()
                        && !target.matches("(https?|mailto):.*")
                        && !Files.exists(document.resolveSibling(target))) {
                    broken.add(relative(document) + " -> " + target);
                }
            }
        }
        assertThat(documents()).isNotEmpty();
        assertThat(broken).isEmpty();
    }

    @Test
    void decisionsAreNumberedWithoutGapsAndSayWhatWouldChangeThem() {
        List<Path> decisions = SourceTree.files(SourceTree.root().resolve("docs/adr"), ".md");
        assertThat(decisions)
                .extracting(file -> file.getFileName().toString().substring(0, 4))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, decisions.size())
                        .mapToObj(number -> String.format("%04d", number))
                        .toList());
        assertThat(decisions)
                .isNotEmpty()
                .allSatisfy(file -> assertThat(SourceTree.read(file))
                        .as(relative(file))
                        .contains("## Context", "## Decision", "## Consequences", "## What would change our mind"));
    }

    private static void assertAbsentFromMain(String expression, Predicate<Path> allowed) {
        Pattern pattern = Pattern.compile(expression);
        assertNone(
                SourceTree.mainSources(),
                file -> !allowed.test(file)
                        && pattern.matcher(SourceTree.withoutComments(SourceTree.read(file)))
                                .find());
    }

    private static void assertNone(Collection<Path> files, Predicate<Path> offends) {
        assertThat(files.stream().filter(offends).map(SourceTree::relative)).isEmpty();
    }

    private static boolean isConsoleClass(Path file) {
        return isTool(file) && CONSOLE_CLASSES.contains(file.getFileName().toString());
    }

    /** Programs and test tools, which no service has on its class path. */
    private static boolean isTool(Path file) {
        return Stream.of("demo", "jmh", "chaos-tests").anyMatch(relative(file)::startsWith);
    }

    private static List<String> words(String typeName) {
        return List.of(typeName.split("(?<=[a-z0-9])(?=[A-Z])"));
    }

    private static List<Path> documents() {
        Path root = SourceTree.root();
        return Stream.concat(
                        Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
                                .map(root::resolve),
                        SourceTree.files(root.resolve("docs"), ".md").stream())
                .toList();
    }
}
