package io.troupe.chaos.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a node: this process' own Java and class path, with flags for a small, quiet server. */
final class NodeCommand {
    private static final int WARNS_ABOUT_UNSAFE = 24;

    private NodeCommand() {}

    static List<String> of(String mainClass, Path temporary, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-Xmn20m",
                // A run of seconds on two cores would spend half of its time in the optimising compiler.
                "-XX:TieredStopAtLevel=1",
                // Its shared-memory file would outlive a process that is killed.
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temporary,
                "--add-exports",
                "java.base/jdk.internal.misc=ALL-UNNAMED"));
        if (Runtime.version().feature() >= WARNS_ABOUT_UNSAFE) {
            command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        return command;
    }
}
