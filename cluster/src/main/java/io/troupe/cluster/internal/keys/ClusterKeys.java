package io.troupe.cluster.internal.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import org.jspecify.annotations.Nullable;

/** Owns the schema of the cluster's keys in the metadata store. */
public final class ClusterKeys {
    /** Prefix of all that every node follows. */
    public static final String ALL = "cluster/";

    /** Prefix of live nodes: one key each, bound to the node's session. */
    public static final String NODES = ALL + "node/";

    /** Prefix of the shard table. */
    public static final String SHARDS = ALL + "shard/";

    /** Prefix of the nodes that are to own nothing. */
    public static final String DRAINS = ALL + "drain/";

    /** Prefix of the shards that are to live on a certain node; the value is its id. */
    public static final String PINS = ALL + "pin/";

    /** Prefix of the shard sets besides the default one. */
    public static final String SETS = ALL + "set/";

    /** Prefix of the locks; each entry is bound to its holder's session. */
    public static final String LOCKS = ALL + "lock/";

    /** Prefix of the names of spawned actors, which the module above owns; every node follows them, too. */
    public static final String ACTORS = ALL + "actor/";

    /** The number of the next shard that no set has, as bytes of {@link #epochBytes}; absent before the first set. */
    public static final String NEXT_SHARD = ALL + "next-shard";

    private static final String FENCES = "fence/";
    private static final int SHARD_DIGITS = 5;

    private ClusterKeys() {}

    /**
     * {@return the key of a node}
     *
     * @param nodeId the node
     */
    public static String node(String nodeId) {
        return NODES + nodeId;
    }

    /**
     * {@return the key that says that a node is to own nothing; its value is the incarnation it is meant for}
     *
     * @param nodeId the node
     */
    public static String drain(String nodeId) {
        return DRAINS + nodeId;
    }

    /**
     * {@return the key of a lock}
     *
     * @param name its name
     */
    public static String lock(String name) {
        return LOCKS + name;
    }

    /**
     * {@return the key of a shard set}
     *
     * @param name its name
     */
    public static String set(String name) {
        return SETS + name;
    }

    /**
     * {@return true if an entry says that a node is to own nothing in its present life}
     *
     * @param entry   the entry of its drain key, or null
     * @param session its session
     */
    public static boolean isDraining(@Nullable KeyValue entry, SessionId session) {
        return entry != null && Arrays.equals(entry.value(), epochBytes(session.incarnation()));
    }

    /**
     * {@return what removes the drains that were meant for lives that are over}
     *
     * @param view what the store has
     */
    public static List<Txn> forgetDrains(MetadataView view) {
        List<Txn> removals = new ArrayList<>();
        view.forEach(DRAINS, entry -> {
            KeyValue node = view.get(node(entry.key().substring(DRAINS.length())));
            SessionId session = node == null ? null : node.session();
            if (session == null || !isDraining(entry, session)) {
                removals.add(Txn.guarded(
                        List.of(Compare.modRevision(entry.key(), entry.modRevision())),
                        List.of(new Op.Delete(entry.key()))));
            }
        });
        return removals;
    }

    /**
     * {@return the key of a shard's record}
     *
     * @param shard the shard
     */
    public static String shard(int shard) {
        return SHARDS + padded(shard);
    }

    /**
     * {@return the shard of a record's key}
     *
     * @param key a key under {@link #SHARDS}
     */
    public static int shardOf(String key) {
        return Integer.parseInt(key, SHARDS.length(), key.length(), 10);
    }

    /**
     * {@return the key that says on which node a shard is to live}
     *
     * @param shard the shard
     */
    public static String pin(int shard) {
        return PINS + padded(shard);
    }

    /**
     * {@return the shards that are to live on a certain node}
     *
     * @param view what the store has
     */
    public static SortedMap<Integer, String> pins(MetadataView view) {
        SortedMap<Integer, String> pins = new TreeMap<>();
        view.forEach(
                PINS,
                entry -> pins.put(
                        Integer.parseInt(entry.key(), PINS.length(), entry.key().length(), 10),
                        new String(entry.value(), StandardCharsets.UTF_8)));
        return pins;
    }

    /**
     * {@return the key of a shard's fence, whose value is an epoch}
     *
     * @param shard the shard
     */
    public static String fence(int shard) {
        return FENCES + padded(shard);
    }

    /**
     * {@return a shard number as it stands in keys: of fixed width, so that keys sort as numbers}
     *
     * @param shard the shard
     */
    public static String padded(int shard) {
        String digits = Integer.toString(shard);
        return "0".repeat(SHARD_DIGITS - digits.length()) + digits;
    }

    /**
     * {@return an epoch or incarnation as bytes, which compare as the numbers do}
     *
     * @param epoch the epoch
     */
    public static byte[] epochBytes(long epoch) {
        return ByteBuffer.allocate(Long.BYTES).putLong(epoch).array();
    }

    /**
     * {@return the number that {@link #epochBytes} wrote}
     *
     * @param bytes the bytes
     */
    public static long epoch(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    /**
     * {@return true while no later owner has raised the fence}
     *
     * @param shard the shard
     * @param epoch the owner's epoch
     */
    public static Compare fenceHolds(int shard, long epoch) {
        return Compare.value(fence(shard), Compare.Relation.EQUAL, epochBytes(epoch));
    }

    /**
     * Raises the fence of a shard: from then on no commit of an earlier epoch is accepted. Answers with the fence as it
     * stands when it is already at this epoch or above.
     *
     * @param shard the shard
     * @param epoch the new owner's epoch
     * @return the transaction
     */
    public static Txn raiseFence(int shard, long epoch) {
        return new Txn(
                List.of(Compare.value(fence(shard), Compare.Relation.LESS, epochBytes(epoch))),
                List.of(new Op.Put(fence(shard), epochBytes(epoch))),
                List.of(Op.Get.ofSmall(fence(shard))));
    }
}
