package io.troupe.demo;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

import io.troupe.demo.verdict.Totals;

/** Asks every entity what it holds: a bounded number at once, again when there is no answer, until a deadline. */
final class Readback {
    private static final int AT_ONCE = 256;
    private static final Duration ASK_LIMIT = Duration.ofSeconds(5);
    private static final long RETRY_PAUSE_NANOS = 50_000_000;

    private final OrderGateway gateway;
    private final EntityKind kind;
    private final long deadlineNs;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final Map<String, Totals> answers = new ConcurrentHashMap<>();

    Readback(OrderGateway gateway, EntityKind kind, long deadlineNs) {
        this.gateway = gateway;
        this.kind = kind;
        this.deadlineNs = deadlineNs;
    }

    /** {@return what each entity holds; one that gave no answer in time is absent} */
    Map<String, Totals> read(Collection<String> ids) throws InterruptedException {
        while (true) {
            for (String id : ids) {
                if (!answers.containsKey(id)) {
                    free.acquire();
                    ask(id);
                }
            }
            free.acquire(AT_ONCE);
            free.release(AT_ONCE);
            if (answers.size() == ids.size() || System.nanoTime() - deadlineNs > 0) {
                return Map.copyOf(answers);
            }
            LockSupport.parkNanos(RETRY_PAUSE_NANOS);
        }
    }

    private void ask(String id) {
        gateway.read(kind, id, ASK_LIMIT).whenComplete((totals, failure) -> {
            if (failure == null) {
                answers.put(id, totals);
            }
            free.release();
        });
    }
}
