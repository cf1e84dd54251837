package io.troupe.cluster.internal.keys;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;

import io.troupe.cluster.Hosting;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself under {@link ClusterKeys#node}.
 *
 * @param hosting what it offers
 * @param kinds   the names of the kinds it can run
 * @param sets    the names of the shard sets that those kinds are in, besides the default one
 */
public record NodeRecord(Hosting hosting, Set<String> kinds, Set<String> sets) {
    private static final String SHARDS = "shards";
    private static final String ADDRESS = "address";
    private static final String CAPACITY = "capacity";
    private static final String ROLES = "roles";
    private static final String KINDS = "kinds";
    private static final String SETS = "sets";

    /**
     * Copies the names.
     *
     * @param hosting what it offers
     * @param kinds   the names of the kinds
     * @param sets    the names of their sets
     */
    public NodeRecord {
        kinds = Set.copyOf(kinds);
        sets = Set.copyOf(sets);
    }

    /** {@return true if it can own shards} */
    public boolean hosts() {
        return hosting.shards();
    }

    /** {@return the value to store} */
    public byte[] encode() {
        Lines lines = new Lines().add(SHARDS, hosting.shards());
        InetSocketAddress address = hosting.address();
        if (address != null) {
            lines.add(ADDRESS, address.getHostString() + ":" + address.getPort());
        }
        return lines.add(CAPACITY, hosting.capacity())
                .add(ROLES, hosting.roles())
                .add(KINDS, kinds)
                .add(SETS, sets)
                .bytes();
    }

    /**
     * {@return the record}
     *
     * @param value a value under {@link ClusterKeys#NODES}
     * @throws IllegalArgumentException if a number is none
     */
    public static NodeRecord decode(byte[] value) {
        Map<String, String> lines = Lines.read(value);
        return new NodeRecord(
                new Hosting(
                        Boolean.parseBoolean(lines.get(SHARDS)),
                        address(lines.get(ADDRESS)),
                        Double.parseDouble(lines.getOrDefault(CAPACITY, "1")),
                        Lines.names(lines.get(ROLES))),
                Lines.names(lines.get(KINDS)),
                Lines.names(lines.get(SETS)));
    }

    private static @Nullable InetSocketAddress address(@Nullable String text) {
        if (text == null) {
            return null;
        }
        int colon = text.lastIndexOf(':');
        return InetSocketAddress.createUnresolved(
                text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }
}
