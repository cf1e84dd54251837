package io.troupe.metadata;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.TxnResult.Reason;
import io.troupe.metadata.TxnResult.SettleRefused;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;

/** A started store with an open session for every test, and short ways to use it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class MetadataStoreFixture {
    /** A session that ends by itself soon; well above a tick. */
    protected static final long SHORT_TTL = 400;

    /** Nobody renews it: no test is to see its end. */
    protected static final long LONG_TTL = Duration.ofDays(1).toMillis();

    /** Long: the machine may be busy, and nothing here measures time. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    static final byte[] NONE = {};

    protected MetadataStore store;

    /** Open when a test starts. */
    SessionId session;

    /** Of all keys of the running test. */
    String prefix = "";

    private final List<Watch> watches = new ArrayList<>();

    /**
     * Starts the store under test. The implementation also frees what it made, after {@link MetadataStore#close()}.
     *
     * @return a store whose start has completed
     * @throws Exception if it cannot
     */
    protected abstract MetadataStore startStore() throws Exception;

    /** {@return whether views have the settled messages; a node without a log does not follow them} */
    protected boolean seesSettled() {
        return true;
    }

    /** {@return whether the store has all of the state; a node without a log does not} */
    protected boolean hasAllOfTheState() {
        return true;
    }

    /** Closes the store, and what ends with it. */
    protected void closeStore() {
        store.close();
    }

    @BeforeAll
    void start() throws Exception {
        store = startStore();
    }

    @AfterAll
    void stop() {
        closeStore();
    }

    @BeforeEach
    void openSession(TestInfo test) {
        prefix = test.getTestMethod().orElseThrow().getName() + "/";
        session = get(store.openSession(LONG_TTL));
    }

    @AfterEach
    void closeWatches() {
        watches.forEach(Watch::close);
        watches.clear();
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(PATIENCE);
    }

    /** Closed after the test. */
    final void watch(String under, long fromRevision, WatchListener listener) {
        watches.add(store.watch(under, fromRevision, listener));
    }

    TxnResult txn(Op... ops) {
        return get(store.txn(Txn.of(ops)));
    }

    void holds(Compare compare, boolean expected) {
        TxnResult result = get(store.txn(Txn.guarded(List.of(compare), List.of())));
        assertThat(result.succeeded()).as(compare.toString()).isEqualTo(expected);
    }

    Op put(String key, String value) {
        return new Op.Put(prefix + key, bytes(value));
    }

    Op bound(String key, SessionId owner) {
        return new Op.Put(prefix + key, bytes("1"), owner);
    }

    Op settle(long sequence, long floor, int outcome, String reply) {
        return new Op.Settle(session, 3, sequence, floor, outcome, bytes(reply));
    }

    KeyValue key(String key, long revision) {
        get(store.awaitRevision(revision));
        return Objects.requireNonNull(store.view().get(prefix + key), key);
    }

    List<String> keys(String under, long revision) {
        get(store.awaitRevision(revision));
        List<String> found = new ArrayList<>();
        store.view().forEach(prefix + under, entry -> found.add(entry.key().substring(prefix.length())));
        return found;
    }

    static KeyValue read(TxnResult result, int index) {
        return Objects.requireNonNull(result.reads().get(index));
    }

    protected static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void assertRefused(TxnResult result, Reason reason) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        SettleRefused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    static org.assertj.core.api.AbstractThrowableAssert<?, MetadataException> assertFails(
            CompletableFuture<?> future, Code code) {
        MetadataException failure = failure(future);
        assertThat(failure.code()).as(failure.toString()).isEqualTo(code);
        return assertThat(failure);
    }

    static MetadataException failure(CompletableFuture<?> future) {
        try {
            Object value =
                    future.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            throw new AssertionError("completed with " + value);
        } catch (CompletionException e) {
            if (e.getCause() instanceof MetadataException failure) {
                return failure;
            }
            throw e;
        }
    }

    protected static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException | java.util.concurrent.ExecutionException e) {
            throw new AssertionError("did not complete: " + e, e);
        }
    }

    /** Remembers what it was told, and whether a revision ever came in two calls. */
    static final class Recorder implements WatchListener {
        private final List<WatchEvent> events = new ArrayList<>();
        volatile boolean torn;
        volatile int resyncs;

        @Override
        public synchronized void onEvents(List<WatchEvent> changes, MetadataView view) {
            long newest = events.isEmpty() ? 0 : events.get(events.size() - 1).revision();
            torn |= changes.get(0).revision() <= newest
                    || view.revision() < changes.get(changes.size() - 1).revision();
            events.addAll(changes);
        }

        @Override
        public synchronized void onResync(MetadataView view) {
            resyncs++;
        }

        synchronized List<WatchEvent> events() {
            return List.copyOf(events);
        }
    }
}
