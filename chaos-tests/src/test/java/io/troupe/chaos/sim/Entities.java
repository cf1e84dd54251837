package io.troupe.chaos.sim;

import java.nio.ByteBuffer;
import java.util.Arrays;

import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.placement.ShardHash;

/** The schema of the entities: a list of the numbers that were appended, each four bytes. */
final class Entities {
    static final String PREFIX = "entity/";
    private static final String KIND = "list";
    private static final String[] KEYS = new String[Schedule.ENTITIES];
    private static final int[] SHARDS = new int[Schedule.ENTITIES];

    static {
        for (int entity = 0; entity < Schedule.ENTITIES; entity++) {
            String id = "e" + entity;
            SHARDS[entity] = ShardHash.shard(KIND, id, SimNode.SHARDS);
            KEYS[entity] = PREFIX + ClusterKeys.padded(SHARDS[entity]) + '/' + KIND + '/' + id;
        }
    }

    private Entities() {}

    static int shardOf(int entity) {
        return SHARDS[entity];
    }

    static String key(int entity) {
        return KEYS[entity];
    }

    static int entityOf(String key) {
        return key.charAt(key.length() - 1) - '0';
    }

    static byte[] encode(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    static int decode(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getInt();
    }

    static byte[] append(byte[] list, int number) {
        byte[] longer = Arrays.copyOf(list, list.length + Integer.BYTES);
        ByteBuffer.wrap(longer).putInt(list.length, number);
        return longer;
    }
}
