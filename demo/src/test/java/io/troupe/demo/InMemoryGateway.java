package io.troupe.demo;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.demo.input.OrderLine;
import io.troupe.demo.verdict.Totals;
import org.jspecify.annotations.Nullable;

/** A cluster without a cluster: adds lines up at once, and can be told to misbehave. */
final class InMemoryGateway implements OrderGateway {
    static final int SHARDS = 16;

    final Map<String, Totals> entities = new ConcurrentHashMap<>();
    final Map<Integer, String> owners = new ConcurrentHashMap<>();
    final Set<String> silentOnce = new HashSet<>();
    final AtomicLong sends = new AtomicLong();
    long refuseEvery = Long.MAX_VALUE;
    long unknownEvery = Long.MAX_VALUE;

    @Override
    public synchronized CompletionStage<Sent> send(EntityKind kind, String id, OrderLine line) {
        long n = sends.incrementAndGet();
        if (n % refuseEvery == 0) {
            return CompletableFuture.completedFuture(Sent.REFUSED);
        }
        Totals before = entities.getOrDefault(kind + id, Totals.NONE);
        entities.put(
                kind + id,
                new Totals(
                        before.events() + 1,
                        before.units() + line.quantity(),
                        before.amountMilli() + line.quantity() * line.unitPriceMilli(),
                        line.line(),
                        before.chain() * 1_000_003 + line.line()));
        return CompletableFuture.completedFuture(n % unknownEvery == 0 ? Sent.UNKNOWN : Sent.DONE);
    }

    @Override
    public synchronized CompletionStage<Totals> read(EntityKind kind, String id, Duration limit) {
        return silentOnce.remove(id)
                ? CompletableFuture.failedFuture(new IllegalStateException("no answer"))
                : CompletableFuture.completedFuture(entities.getOrDefault(kind + id, Totals.NONE));
    }

    @Override
    public int shardCount() {
        return SHARDS;
    }

    @Override
    public int shardOf(EntityKind kind, String id) {
        return Math.floorMod(id.hashCode(), SHARDS);
    }

    @Override
    public @Nullable String ownerOf(int shard) {
        return owners.get(shard);
    }

    @Override
    public long retried() {
        return 0;
    }

    @Override
    public void cutLink(String nodeId) {}
}
