package io.troupe.actors;

import java.util.HashMap;
import java.util.Map;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterException.Code;
import io.troupe.cluster.ShardSet;
import io.troupe.transport.kryo.MessageRegistry;

/** The kinds that a node is started with, checked against each other and against the classes that may travel. */
final class NodeKinds {
    private NodeKinds() {}

    /** By name; throws what names the first kind that cannot work here. */
    static Map<String, Kind<?>> checked(Kind<?>[] kinds, MessageRegistry classes) {
        Map<String, Kind<?>> byName = new HashMap<>();
        Map<String, ShardSet> sets = new HashMap<>();
        for (Kind<?> kind : kinds) {
            if (byName.put(kind.name(), kind) != null) {
                throw bad("two kinds are named " + kind.name() + ": give every kind a name of its own");
            }
            RegistrationCheck.check(kind, classes);
            if (kind.options().mailbox().blockNs() > 0) {
                throw bad(kind
                        + " makes its senders wait when a mailbox is full, which works within one process only: use"
                        + " REJECT or DROP_OLDEST for entities, or spawn local actors of it");
            }
            ShardSet set = kind.shardSet();
            ShardSet same = sets.putIfAbsent(set.name(), set);
            if (same != null && !same.equals(set)) {
                throw bad("kind " + kind.name() + " says that shard set " + set.name() + " is " + set
                        + ", another kind says " + same + ": give both the same set");
            }
        }
        byName.values().forEach(kind -> checkHost(kind, byName));
        return Map.copyOf(byName);
    }

    /** A node that runs a kind runs the kind it lives with, too, and in the same set: else their shards would part. */
    private static void checkHost(Kind<?> kind, Map<String, Kind<?>> kinds) {
        String name = kind.options().shardKey().host();
        if (name == null) {
            return;
        }
        Kind<?> host = kinds.get(name);
        String hostOfHost = host == null ? null : host.options().shardKey().host();
        if (host == null || !host.shardSet().equals(kind.shardSet()) || hostOfHost != null) {
            throw bad("kind " + kind.name() + " lives with kind " + name + " in set "
                    + kind.shardSet().name() + ", but the node has "
                    + (host == null
                            ? "no such kind: give it both"
                            : "that kind in set " + host.shardSet().name()
                                    + (hostOfHost == null ? "" : ", living with kind " + hostOfHost)
                                    + ": colocateWith the kind as the node has it"));
        }
    }

    private static ClusterException bad(String message) {
        return new ClusterException(Code.BAD_CONFIG, message);
    }
}
