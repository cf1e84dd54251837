package io.troupe.chaos.process.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.chaos.check.Event;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import org.jspecify.annotations.Nullable;

/** One sender of numbered EXACTLY_ONCE messages to durable entities, which are read back in the end. */
final class LedgerWorkload implements Workload {
    static final int LEDGERS = 24;

    private static final Kind<Ledger.Message> KIND = Ledger.kind(BeliefLog.NONE);
    private static final long INTERVAL_MICROS = 5_000;
    /** An outage must not turn into a flood of messages; beyond it nothing is sent. */
    private static final int MAX_IN_FLIGHT = 256;

    private final String sender;
    private final Cluster cluster;
    private final HistoryRecorder recorder;
    private final List<Pid<Ledger.Message>> ledgers;
    /** Guarded by this; per ledger, when each number was sent, or null once its outcome is recorded. */
    private final List<List<@Nullable Long>> open = new ArrayList<>();

    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger unsettled = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Pacer pacer;
    private int next;

    LedgerWorkload(ClusterActorSystem system, HistoryRecorder recorder) {
        sender = system.nodeId();
        cluster = system.cluster();
        this.recorder = recorder;
        ledgers = IntStream.range(0, LEDGERS)
                .mapToObj(number -> system.entity(KIND, "ledger-" + number))
                .toList();
        ledgers.forEach(ledger -> open.add(new ArrayList<>()));
        pacer = new Pacer("ledger-client", INTERVAL_MICROS, this::sendOne);
    }

    private void sendOne() {
        if (inFlight.get() >= MAX_IN_FLIGHT) {
            return;
        }
        int ledger = next++ % LEDGERS;
        int number;
        synchronized (this) {
            number = open.get(ledger).size();
            open.get(ledger).add(HistoryRecorder.now());
        }
        inFlight.incrementAndGet();
        CompletableFuture<?> unused = ledgers.get(ledger)
                .tell(new Ledger.Enter(number), DeliveryGuarantee.EXACTLY_ONCE)
                .whenComplete((outcome, failure) -> ended(ledger, number, failure == null ? outcome : null));
    }

    private void ended(int ledger, int number, @Nullable SendOutcome outcome) {
        Event.Settlement settlement = outcome instanceof SendOutcome.Committed
                ? Event.Settlement.COMMITTED
                : outcome == null || outcome instanceof SendOutcome.Unknown
                        ? Event.Settlement.UNKNOWN
                        : Event.Settlement.FAILED;
        if (settle(ledger, number, settlement)) {
            (settlement == Event.Settlement.COMMITTED ? acknowledged : unsettled).incrementAndGet();
            inFlight.decrementAndGet();
        }
    }

    private synchronized boolean settle(int ledger, int number, Event.Settlement settlement) {
        Long sent = open.get(ledger).set(number, null);
        if (sent != null) {
            recorder.record(new Event.Tell(
                    HistoryRecorder.now(), sender, entity(ledger), number, op(ledger, number), settlement, sent));
        }
        return sent != null;
    }

    private static String entity(int ledger) {
        return "ledger-" + ledger;
    }

    private static String op(int ledger, int number) {
        return entity(ledger) + "#" + number;
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
    public synchronized long oldestOpenSince(long nowNs) {
        return open.stream()
                .flatMap(List::stream)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .min()
                .orElse(nowNs);
    }

    @Override
    public void stop() {
        pacer.stop();
    }

    @Override
    public String conclude(Duration limit) {
        List<CompletableFuture<Ledger.State>> states = ledgers.stream()
                .map(ledger -> ledger.ask(new Ledger.Read(), limit))
                .toList();
        String failure = "";
        for (int ledger = 0; ledger < LEDGERS; ledger++) {
            for (int number = 0; number < open.get(ledger).size(); number++) {
                if (settle(ledger, number, Event.Settlement.UNKNOWN)) {
                    inFlight.decrementAndGet();
                }
            }
            try {
                record(ledger, states.get(ledger).join().entries());
            } catch (CompletionException unread) {
                failure = entity(ledger) + ", whose owner is " + owner(ledger) + ", cannot be read back within "
                        + limit.toSeconds() + " s: " + unread.getCause();
            }
        }
        return failure;
    }

    private @Nullable String owner(int ledger) {
        return cluster.owner(cluster.shardOf(KIND.name(), entity(ledger)));
    }

    private void record(int ledger, List<Ledger.Entry> entries) {
        for (int position = 0; position < entries.size(); position++) {
            Ledger.Entry entry = entries.get(position);
            recorder.record(new Event.Effect(
                    HistoryRecorder.now(), entity(ledger), entry.epoch(), op(ledger, entry.number()), position));
        }
    }

    @Override
    public void close() {
        pacer.close();
    }
}
