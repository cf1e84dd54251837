package io.troupe.actors;

import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Which entities share a shard: those of one key.
 *
 * @param host    the kind that an entity lives with; null for none
 * @param hostKey what that kind makes of the key
 * @param key     what its own kind makes of an id
 */
record ShardKey(@Nullable String host, UnaryOperator<String> hostKey, UnaryOperator<String> key) {
    static final ShardKey ID = new ShardKey(null, UnaryOperator.identity(), UnaryOperator.identity());

    ShardKey by(UnaryOperator<String> ownKey) {
        return new ShardKey(host, hostKey, ownKey);
    }

    /** {@return the same beside a kind that is nobody's guest, or whose host has the name} */
    ShardKey with(String hostName, ShardKey other) {
        return new ShardKey(hostName, id -> other.hostKey.apply(other.key.apply(id)), key);
    }

    String of(Kind<?> kind, String id) {
        String made = key.apply(id);
        String hashed = made == null ? null : hostKey.apply(made);
        if (hashed == null || hashed.isEmpty()) {
            throw new IllegalArgumentException("shardBy makes " + (hashed == null ? "null" : "an empty key")
                    + " of the id " + id + " of " + kind + ": let it make a key of 1 character at least of every id");
        }
        return hashed;
    }
}
