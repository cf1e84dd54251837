package io.troupe.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals(NodeProcess.LEAVE)) {
                System.exit(Boolean.getBoolean("toy.stays") ? 1 : 0);
            }
        }
    }
}
