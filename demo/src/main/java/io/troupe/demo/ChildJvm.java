package io.troupe.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a node's JVM: this process' own Java and class path, with flags for a small, quiet server. */
final class ChildJvm {
    private static final int WARNS_ABOUT_UNSAFE = 24;

    private ChildJvm() {}

    static List<String> command(String mainClass, List<String> furtherFlags, Path temporary, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx256m",
                // Short pauses: a fast election starts after 50 ms of silence, and a young generation this small
                // takes less.
                "-XX:+UseSerialGC",
                "-Xmn20m",
                // A run of a minute on two cores would spend half of its time in the optimising compiler.
                "-XX:TieredStopAtLevel=1",
                // Its shared-memory file would outlive a process that is killed.
                "-XX:-UsePerfData",
                // Native libraries are unpacked here; a killed process cannot remove them, its launcher can.
                "-Djava.io.tmpdir=" + temporary,
                "--add-exports",
                "java.base/jdk.internal.misc=ALL-UNNAMED"));
        if (Runtime.version().feature() >= WARNS_ABOUT_UNSAFE) {
            command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"));
        }
        command.addAll(furtherFlags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        return command;
    }
}
