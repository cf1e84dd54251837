package io.troupe.cluster.internal.keys;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A record as lines of {@code key=value} in UTF-8, of which a reader skips what it does not know, so that nodes of two
 * versions understand each other.
 */
final class Lines {
    /** In no name of a kind, role or node, just as no line break is. */
    private static final String SEPARATOR = "/";

    private final StringBuilder text = new StringBuilder();

    Lines add(String key, Object value) {
        text.append(key).append('=').append(value).append('\n');
        return this;
    }

    Lines add(String key, Set<String> names) {
        return add(key, (Object) String.join(SEPARATOR, new TreeSet<>(names)));
    }

    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static Map<String, String> read(byte[] value) {
        Map<String, String> lines = new HashMap<>();
        for (String line : new String(value, StandardCharsets.UTF_8).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                lines.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return lines;
    }

    static Set<String> names(@Nullable String text) {
        return text == null || text.isEmpty()
                ? Set.of()
                : Arrays.stream(text.split(SEPARATOR, -1)).collect(Collectors.toUnmodifiableSet());
    }
}
