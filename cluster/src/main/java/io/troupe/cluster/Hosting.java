package io.troupe.cluster;

import java.net.InetSocketAddress;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What a node offers to the cluster; it tells the others when it joins.
 *
 * @param shards   true if it can own shards; a node without is a client, or a voter that only keeps the log
 * @param address  where the others dial it; null for a seed, whose address is in the seed list, and for a client
 * @param capacity its share of the shards, relative to that of the others
 * @param roles    what it is for, such as {@code web} or {@code batch}
 */
public record Hosting(boolean shards, @Nullable InetSocketAddress address, double capacity, Set<String> roles) {
    /** A client: it sends, and owns nothing. */
    public static final Hosting CLIENT = new Hosting(false, null, 1.0, Set.of());

    /**
     * Copies the roles.
     *
     * @param shards   true if it can own shards
     * @param address  where the others dial it, or null
     * @param capacity its share of the shards
     * @param roles    what it is for
     */
    public Hosting {
        roles = Set.copyOf(roles);
    }
}
