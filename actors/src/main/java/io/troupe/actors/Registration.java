package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import org.jspecify.annotations.Nullable;

/**
 * That a name belongs to a spawned actor, as it stands in the store. Owns the schema: one key for each name, which only
 * the spawn creates and only the despawn deletes; its value has three lines: the version of the format, the guarantee,
 * and the kind.
 *
 * @param name     the name
 * @param kind     the name of the kind
 * @param usual    the guarantee that its spawner chose, if any
 * @param revision when it was spawned; a later actor of the name has a higher one
 */
record Registration(String name, String kind, @Nullable DeliveryGuarantee usual, long revision) {
    private static final String FORMAT = "1";
    private static final String NO_GUARANTEE = "-";
    private static final int LINES = 3;

    static String key(String name) {
        return Cluster.ACTOR_KEYS + name;
    }

    /** Creates the name unless it is there; then it answers with what is there. */
    static Txn create(String name, Kind<?> kind, @Nullable DeliveryGuarantee usual) {
        String key = key(name);
        // No name of a kind has control characters.
        String text = String.join("\n", FORMAT, usual == null ? NO_GUARANTEE : usual.name(), kind.name());
        byte[] value = text.getBytes(StandardCharsets.UTF_8);
        return new Txn(List.of(Compare.absent(key)), List.of(new Op.Put(key, value)), List.of(new Op.Get(key)));
    }

    static Registration of(KeyValue entry) {
        String name = entry.key().substring(Cluster.ACTOR_KEYS.length());
        List<String> lines =
                new String(entry.value(), StandardCharsets.UTF_8).lines().toList();
        if (lines.size() != LINES || !lines.get(0).equals(FORMAT)) {
            throw new IllegalStateException("actor " + name + " is registered as " + lines
                    + ", which this node cannot read: run the same version on all nodes");
        }
        String usual = lines.get(1);
        return new Registration(
                name,
                lines.get(2),
                usual.equals(NO_GUARANTEE) ? null : DeliveryGuarantee.valueOf(usual),
                entry.createRevision());
    }

    static @Nullable Registration find(MetadataView view, String name) {
        KeyValue entry = view.get(key(name));
        return entry == null ? null : of(entry);
    }
}
