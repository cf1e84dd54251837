package io.troupe.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A node that does nothing but live and die as a real one does: for tests of the launcher. */
final class ToyNode {
    private ToyNode() {}

    @SuppressWarnings("SystemOut") // standard output is how a node talks to its launcher
    public static void main(String... words) throws IOException {
        if (Boolean.getBoolean("toy.refuses")) {
            System.out.println(StatusLine.FAILED + "the toy is broken: mend it");
            System.exit(2);
        }
        if (Boolean.getBoolean("toy.dies")) {
            System.err.println("last words");
            System.exit(3);
        }
        Files.writeString(Path.of(words[0]).resolveSibling("log"), "entries");
        System.out.println(StatusLine.READY);
        System.out.println(new StatusLine("n1", 1, 5, 6).format());
        while (System.in.read() >= 0) {
            // Waits for the launcher's end of the pipe to close.
        }
    }
}
