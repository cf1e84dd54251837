package io.troupe.transport.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Valid bytes of one version of a format, each on a line with its name, in a file that is never changed: bytes that
 * others understand today, and the start of every fuzzing.
 */
public final class GoldenBytes {
    private final String file;
    private final Map<String, byte[]> entries = new TreeMap<>();

    /** Of a file under {@code src/test/resources/golden}. */
    public GoldenBytes(String file) {
        this.file = file;
        try (InputStream in = GoldenBytes.class.getResourceAsStream("/golden/" + file)) {
            if (in == null) {
                throw new AssertionError("there are no golden bytes in golden/" + file
                        + ": a new version of the format needs a new file, and the old one stays");
            }
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> {
                        int space = line.lastIndexOf(' ');
                        entries.put(
                                line.substring(0, space).trim(), HexFormat.of().parseHex(line.substring(space + 1)));
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the bytes of that name} */
    public byte[] get(String name) {
        byte[] bytes = entries.get(name);
        if (bytes == null) {
            throw new AssertionError("golden/" + file + " has no line " + name);
        }
        return bytes.clone();
    }

    public List<byte[]> all() {
        return List.copyOf(entries.values());
    }

    /** Fails if the program writes other bytes than those, or other things. */
    public void check(Map<String, byte[]> written) {
        StringBuilder differences = new StringBuilder();
        Map<String, byte[]> missing = new TreeMap<>(entries);
        new TreeMap<>(written).forEach((name, bytes) -> {
            byte[] golden = missing.remove(name);
            String line = name + " " + HexFormat.of().formatHex(bytes) + "\n";
            if (golden == null) {
                differences.append("is not there:  ").append(line);
            } else if (!java.util.Arrays.equals(golden, bytes)) {
                differences
                        .append("golden is:     ")
                        .append(name + " " + HexFormat.of().formatHex(golden) + "\n")
                        .append("written now:   ")
                        .append(line);
            }
        });
        missing.keySet().forEach(name -> differences.append("not written:   " + name + "\n"));
        if (differences.length() > 0) {
            throw new AssertionError("what goes over the wire is not what golden/" + file
                    + " says. Nodes of two versions would not understand each other: undo the change, or give the format a"
                    + " new version and a new file\n" + differences);
        }
    }
}
