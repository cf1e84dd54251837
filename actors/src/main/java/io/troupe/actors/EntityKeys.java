package io.troupe.actors;

import io.troupe.cluster.Cluster;
import io.troupe.metadata.Op;

/**
 * The schema of the entities' keys: {@code entity/shard/kind/id} is commit id and state, {@code deleted/shard/kind/id}
 * says that the state is gone and the commit id may go with the epoch, {@code outbox/shard} is the queue of what the
 * shard's entities have sent, {@code reminder/shard/kind/length of id:id/name} is a reminder. No kind and no name has a
 * slash.
 */
final class EntityKeys {
    private EntityKeys() {}

    static String entity(int shard, EntityId id) {
        return "entity/" + Cluster.paddedShard(shard) + '/' + id.kind() + '/' + id.id();
    }

    /** What the keys of a shard's deleted entities begin with. */
    static String deleted(int shard) {
        return "deleted/" + Cluster.paddedShard(shard) + '/';
    }

    static String deleted(int shard, EntityId id) {
        return deleted(shard) + id.kind() + '/' + id.id();
    }

    /** The key of the entity that a deleted key speaks of. */
    static String entityOf(String deleted) {
        return "entity/" + deleted.substring(deleted.indexOf('/') + 1);
    }

    static String outbox(int shard) {
        return "outbox/" + Cluster.paddedShard(shard);
    }

    static String outboxEntry(int shard, long sequence) {
        return Op.Append.entry(outbox(shard), sequence);
    }

    /** What the keys of a shard's reminders begin with. */
    static String reminders(int shard) {
        return "reminder/" + Cluster.paddedShard(shard) + '/';
    }

    /** What the keys of an entity's reminders begin with. The length tells where the id ends: it may have slashes. */
    static String reminders(int shard, EntityId id) {
        return reminders(shard) + id.kind() + '/' + id.id().length() + ':' + id.id() + '/';
    }
}
