package io.troupe.demo;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures how long a client waits for the shards of a dead node: each of them must answer a question that was asked
 * after the death, from the node that this process' own routing table names by then. Driven by one thread's
 * {@link #tick}; answers come on others.
 */
final class Recovery {
    /** Longer than a commit takes under full load: a question that expires says nothing about who serves the shard. */
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);

    private final OrderGateway gateway;
    private final String victim;
    private final long deathNs;
    /** By shard: an entity to ask. Shrinks as shards answer; empty means that all are served. */
    private final Map<Integer, String> waiting;

    private final Map<Integer, Boolean> asked = new ConcurrentHashMap<>();
    private final AtomicLong lastAnswerNs;

    Recovery(OrderGateway gateway, String victim, Map<Integer, String> probes, long deathNs) {
        this.gateway = gateway;
        this.victim = victim;
        this.deathNs = deathNs;
        this.waiting = new ConcurrentHashMap<>(probes);
        this.lastAnswerNs = new AtomicLong(deathNs);
    }

    /** {@return for every shard of a node an entity id that hashes into it} No such entity has any state. */
    static Map<Integer, String> probesOf(OrderGateway gateway, String nodeId) {
        Map<Integer, String> probes = new HashMap<>();
        int open = 0;
        for (int shard = 0; shard < gateway.shardCount(); shard++) {
            if (nodeId.equals(gateway.ownerOf(shard))) {
                probes.put(shard, "");
                open++;
            }
        }
        for (long n = 0; open > 0; n++) {
            String id = "probe-" + n;
            int shard = gateway.shardOf(EntityKind.CUSTOMER, id);
            if (probes.replace(shard, "", id)) {
                open--;
            }
        }
        return probes;
    }

    /** Asks every waiting shard that has a new owner and no question under way. */
    void tick() {
        waiting.forEach((shard, id) -> {
            String owner = gateway.ownerOf(shard);
            if (owner != null && !owner.equals(victim) && asked.putIfAbsent(shard, true) == null) {
                gateway.read(EntityKind.CUSTOMER, id, PROBE_LIMIT).whenComplete((totals, failure) -> {
                    if (failure == null) {
                        lastAnswerNs.accumulateAndGet(System.nanoTime(), (a, b) -> a - b > 0 ? a : b);
                        waiting.remove(shard);
                    }
                    asked.remove(shard);
                });
            }
        });
    }

    int shardsWaiting() {
        return waiting.size();
    }

    /** {@return from the death to the last first answer; meaningful once no shard waits} */
    long servedAfterNs() {
        return lastAnswerNs.get() - deathNs;
    }
}
