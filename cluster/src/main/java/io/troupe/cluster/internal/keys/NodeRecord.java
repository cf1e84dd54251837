package io.troupe.cluster.internal.keys;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.troupe.cluster.Hosting;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself under {@link ClusterKeys#node}: lines of {@code key=value} in UTF-8, of which a reader skips
 * what it does not know, so that nodes of two versions understand each other.
 *
 * @param hosting what it offers
 * @param kinds   the names of the kinds it can run
 */
public record NodeRecord(Hosting hosting, Set<String> kinds) {
    private static final String SHARDS = "shards";
    private static final String ADDRESS = "address";
    private static final String CAPACITY = "capacity";
    private static final String ROLES = "roles";
    private static final String KINDS = "kinds";
    /** In no name of a kind, nor of a role. */
    private static final String SEPARATOR = "/";

    /** Copies the kinds. */
    public NodeRecord {
        kinds = Set.copyOf(kinds);
    }

    /** {@return true if it can own shards} */
    public boolean hosts() {
        return hosting.shards();
    }

    /** {@return the value to store} */
    public byte[] encode() {
        StringBuilder text = new StringBuilder();
        line(text, SHARDS, Boolean.toString(hosting.shards()));
        InetSocketAddress address = hosting.address();
        if (address != null) {
            line(text, ADDRESS, address.getHostString() + ":" + address.getPort());
        }
        line(text, CAPACITY, Double.toString(hosting.capacity()));
        line(text, ROLES, String.join(SEPARATOR, new TreeSet<>(hosting.roles())));
        line(text, KINDS, String.join(SEPARATOR, new TreeSet<>(kinds)));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append('=').append(value).append('\n');
    }

    /**
     * {@return the record}
     *
     * @param value a value under {@link ClusterKeys#NODES}
     * @throws IllegalArgumentException if a number is none
     */
    public static NodeRecord decode(byte[] value) {
        Map<String, String> lines = new HashMap<>();
        for (String line : new String(value, StandardCharsets.UTF_8).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                lines.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return new NodeRecord(
                new Hosting(
                        Boolean.parseBoolean(lines.get(SHARDS)),
                        address(lines.get(ADDRESS)),
                        Double.parseDouble(lines.getOrDefault(CAPACITY, "1")),
                        names(lines.get(ROLES))),
                names(lines.get(KINDS)));
    }

    private static @Nullable InetSocketAddress address(@Nullable String text) {
        if (text == null) {
            return null;
        }
        int colon = text.lastIndexOf(':');
        return InetSocketAddress.createUnresolved(
                text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }

    private static Set<String> names(@Nullable String text) {
        return text == null || text.isEmpty()
                ? Set.of()
                : Arrays.stream(text.split(SEPARATOR, -1)).collect(Collectors.toUnmodifiableSet());
    }
}
