package io.troupe.chaos.process.scenario;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.chaos.check.Event;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;

/**
 * Clients of registers in the replicated store, each with one operation open at a time. Reads go through the log as
 * well: a node without a vote keeps no copy of these keys.
 */
final class RegisterWorkload implements Workload {
    static final int CLIENTS = 6;

    private static final int SLOTS = 20;
    /** Beyond it a slot goes on under a new key: the search for an order is quick only for short histories. */
    private static final int MAX_OPERATIONS_PER_KEY = 900;
    /** All clients together make 300 operations a second. */
    private static final long INTERVAL_MICROS = 20_000 / CLIENTS;

    private final HistoryRecorder recorder;
    private final List<Client> clients = new ArrayList<>();
    /** Only used by the pacer. */
    private final int[] operations = new int[SLOTS];

    private final AtomicInteger unsettled = new AtomicInteger();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Pacer pacer;
    private int next;

    RegisterWorkload(List<MetadataStore> stores, HistoryRecorder recorder, long seed) {
        this.recorder = recorder;
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < CLIENTS; i++) {
            MetadataStore store = stores.get(i % stores.size());
            clients.add(new Client(store.nodeId() + "-r" + i, store, seeds.split()));
        }
        pacer = new Pacer("register-clients", INTERVAL_MICROS, this::next);
    }

    private void next() {
        clients.get(next++ % CLIENTS).go();
    }

    private String key(SplittableRandom random) {
        int slot = random.nextInt(SLOTS);
        return "chaos/r" + slot + "-" + operations[slot]++ / MAX_OPERATIONS_PER_KEY;
    }

    private final class Client {
        private final String name;
        private final MetadataStore store;
        private final SplittableRandom random;
        private final Map<String, String> lastSeen = new HashMap<>();
        private int count;
        /** Guarded by this; what was asked and has no response yet. */
        private @Nullable String open;
        /** Guarded by this; when it was asked. */
        private long openSince;

        Client(String name, MetadataStore store, SplittableRandom random) {
            this.name = name;
            this.store = store;
            this.random = random;
        }

        synchronized void go() {
            if (open != null) {
                return;
            }
            String key = key(random);
            String op = name + "-" + ++count;
            open = op;
            openSince = HistoryRecorder.now();
            inFlight.incrementAndGet();
            int dice = random.nextInt(10);
            if (dice < 4) {
                invoke(op, Event.Kind.READ, key, null, null);
                read(op, key);
            } else if (dice < 7) {
                invoke(op, Event.Kind.WRITE, key, null, op);
                submit(op, key, Event.Kind.WRITE, Txn.of(new Op.Put(key, bytes(op))));
            } else {
                String expected = lastSeen.get(key);
                invoke(op, Event.Kind.CAS, key, expected, op);
                Compare compare = expected == null
                        ? Compare.absent(key)
                        : Compare.value(key, Compare.Relation.EQUAL, bytes(expected));
                submit(
                        op,
                        key,
                        Event.Kind.CAS,
                        new Txn(List.of(compare), List.of(new Op.Put(key, bytes(op))), List.of(new Op.Get(key))));
            }
        }

        private void invoke(String op, Event.Kind kind, String key, @Nullable String expected, @Nullable String value) {
            recorder.record(new Event.Invocation(HistoryRecorder.now(), name, op, kind, key, expected, value));
        }

        private void read(String op, String key) {
            CompletableFuture<?> unused = store.txn(Txn.of(new Op.Get(key))).whenComplete((result, failure) -> {
                String seen = failure == null ? text(result.reads().get(0)) : null;
                // A read that returned nothing has changed nothing either.
                respond(op, key, failure == null ? Event.Outcome.OK : Event.Outcome.FAILED, seen, seen);
            });
        }

        private void submit(String op, String key, Event.Kind kind, Txn txn) {
            CompletableFuture<?> unused = store.txn(txn).whenComplete((result, failure) -> {
                if (failure != null) {
                    respond(op, key, outcome(failure), null, null);
                } else if (kind == Event.Kind.CAS && result instanceof TxnResult.CompareFailed refused) {
                    respond(
                            op,
                            key,
                            Event.Outcome.REFUSED,
                            null,
                            text(refused.reads().get(0)));
                } else {
                    respond(op, key, Event.Outcome.OK, null, op);
                }
            });
        }

        private synchronized void respond(
                String op, String key, Event.Outcome outcome, @Nullable String read, @Nullable String seen) {
            if (!op.equals(open)) {
                return; // It was recorded as unknown when the run ended.
            }
            recorder.record(new Event.Response(HistoryRecorder.now(), name, op, outcome, read));
            if (seen != null) {
                lastSeen.put(key, seen);
            }
            boolean settled = outcome == Event.Outcome.OK || outcome == Event.Outcome.REFUSED;
            (settled ? acknowledged : unsettled).incrementAndGet();
            open = null;
            inFlight.decrementAndGet();
        }

        synchronized long openSince(long nowNs) {
            return open == null ? nowNs : openSince;
        }

        synchronized void giveUp() {
            if (open != null) {
                respond(open, "", Event.Outcome.UNKNOWN, null, null);
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String text(@Nullable KeyValue entry) {
        return entry == null ? null : new String(entry.value(), StandardCharsets.UTF_8);
    }

    /** Only what the store promises not to have submitted counts as failed. */
    private static Event.Outcome outcome(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof MetadataException refused
                        && (refused.code() == MetadataException.Code.NO_SESSION
                                || refused.code() == MetadataException.Code.BUSY)
                ? Event.Outcome.FAILED
                : Event.Outcome.UNKNOWN;
    }

    @Override
    public int acknowledged() {
        return acknowledged.get();
    }

    @Override
    public int unsettled() {
        return unsettled.get();
    }

    @Override
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public long oldestOpenSince(long nowNs) {
        return clients.stream()
                .mapToLong(client -> client.openSince(nowNs))
                .min()
                .orElse(nowNs);
    }

    @Override
    public void stop() {
        pacer.stop();
    }

    @Override
    public String conclude(Duration limit) {
        clients.forEach(Client::giveUp);
        return "";
    }

    @Override
    public void close() {
        pacer.close();
    }
}
