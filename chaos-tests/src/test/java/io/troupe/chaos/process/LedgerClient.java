package io.troupe.chaos.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Pid;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import org.jspecify.annotations.Nullable;

/** Sends increments with unique ids at a steady rate, and remembers how each ended. */
final class LedgerClient implements AutoCloseable {
    static final int LEDGERS = 16;
    private static final long INTERVAL_MILLIS = 5;
    private static final int MAX_IN_FLIGHT = 256;

    enum Ending {
        OPEN,
        COMMITTED,
        NOT_EXECUTED,
        UNKNOWN
    }

    private final ClusterActorSystem system;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "troupe-ledger-client");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Pid<Ledger.Message>> ledgers;
    /** Guarded by this: per ledger, by id. */
    private final List<List<Ending>> endings = new ArrayList<>();

    private final AtomicInteger committed = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private @Nullable Future<?> sending;
    private int next;

    private LedgerClient(ClusterActorSystem system) {
        this.system = system;
        ledgers = IntStream.range(0, LEDGERS)
                .mapToObj(number -> system.entity(Ledger.KIND, "ledger-" + number))
                .toList();
        ledgers.forEach(ledger -> endings.add(new ArrayList<>()));
    }

    static LedgerClient start(ClusterConfig config) {
        LedgerClient client = new LedgerClient(
                ClusterActorSystem.start(config, Ledger.MESSAGES).join());
        client.sending = client.clock.scheduleAtFixedRate(client::sendOne, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        return client;
    }

    String leader() {
        return system.cluster().leader().map(leader -> leader.nodeId()).orElse("");
    }

    int committed() {
        return committed.get();
    }

    int inFlight() {
        return inFlight.get();
    }

    private void sendOne() {
        if (inFlight.get() >= MAX_IN_FLIGHT) {
            return;
        }
        int ledger = next++ % LEDGERS;
        int id;
        synchronized (this) {
            id = endings.get(ledger).size();
            endings.get(ledger).add(Ending.OPEN);
        }
        inFlight.incrementAndGet();
        CompletableFuture<?> unused = ledgers.get(ledger)
                .tell(new Ledger.Increment(id), DeliveryGuarantee.EXACTLY_ONCE)
                .thenAccept(outcome -> ended(ledger, id, outcome));
    }

    private void ended(int ledger, int id, SendOutcome outcome) {
        Ending ending = outcome instanceof SendOutcome.Committed
                ? Ending.COMMITTED
                : outcome instanceof SendOutcome.Unknown ? Ending.UNKNOWN : Ending.NOT_EXECUTED;
        synchronized (this) {
            endings.get(ledger).set(id, ending);
        }
        if (ending == Ending.COMMITTED) {
            committed.incrementAndGet();
        }
        inFlight.decrementAndGet();
    }

    /** No further message is sent. */
    void stopSending() throws InterruptedException {
        if (sending == null || sending.isDone()) {
            throw new AssertionError("sending broke off: " + sending);
        }
        clock.shutdown();
        clock.awaitTermination(5, TimeUnit.SECONDS);
    }

    /** Reads every ledger and compares it with what was promised. */
    synchronized Verdict verdict(Duration readTimeout) {
        List<String> violations = new ArrayList<>();
        int sent = 0;
        int unknown = 0;
        for (int ledger = 0; ledger < LEDGERS; ledger++) {
            Ledger.State state =
                    ledgers.get(ledger).ask(new Ledger.Read(), readTimeout).join();
            List<Ending> told = endings.get(ledger);
            for (int id = 0; id < told.size(); id++) {
                String violation = violation(told.get(id), state.timesOf(id));
                if (!violation.isEmpty()) {
                    violations.add("ledger " + ledger + " id " + id + ": " + violation);
                }
                sent++;
                unknown += told.get(id) == Ending.UNKNOWN ? 1 : 0;
            }
        }
        return new Verdict(sent, committed.get(), unknown, violations);
    }

    static String violation(Ending ending, int times) {
        if (times > 1) {
            return ending + " but took effect " + times + " times";
        }
        return switch (ending) {
            case OPEN -> "never settled";
            case COMMITTED -> times == 1 ? "" : "COMMITTED but lost";
            case NOT_EXECUTED -> times == 0 ? "" : "NOT_EXECUTED but took effect";
            case UNKNOWN -> "";
        };
    }

    record Verdict(int sent, int committed, int unknown, List<String> violations) {}

    @Override
    public void close() {
        clock.shutdownNow();
        system.close();
    }
}
