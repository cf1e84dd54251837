package io.troupe.metadata.internal.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Watch;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import io.troupe.metadata.internal.state.KeyIndex;
import io.troupe.metadata.internal.state.StateView;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WatchHubTest {
    /** Changes kept: the slow watcher's test publishes more, the others fewer. */
    private static final int KEPT = 200;

    /** Long: the machine may be busy, and nothing here measures time. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private WatchHub hub = new WatchHub("t1", at(0), KEPT, Long.MAX_VALUE);

    @AfterEach
    void closeHub() {
        hub.close();
        // A hub that its own listener has closed does not wait for its thread.
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("troupe-t1-watch"));
    }

    @Test
    void everyWatcherSeesItsPrefixInOrderWithoutGapOrRepetition() {
        hub.start();
        Recorder all = new Recorder();
        Recorder some = new Recorder();
        hub.watch("", 1, all);
        hub.watch("b", 1, some);
        for (int revision = 1; revision <= 90; revision++) {
            publish(revision, "a", "b");
        }
        await().untilAsserted(() -> {
            assertThat(all.revisions()).hasSize(180);
            assertThat(some.revisions()).hasSize(90);
        });
        assertThat(some.revisions())
                .isEqualTo(LongStream.rangeClosed(1, 90).boxed().toList());
        assertThat(all.revisions()).isSorted();
        assertThat(all.resyncs).isEmpty();
    }

    @Test
    void aWatchCanStartInThePastOrInTheFuture() {
        for (int revision = 1; revision <= 5; revision++) {
            publish(revision, "a");
        }
        Recorder past = new Recorder();
        Recorder future = new Recorder();
        hub.watch("", 3, past);
        hub.watch("", 7, future);
        hub.start();
        for (int revision = 6; revision <= 8; revision++) {
            publish(revision, "a");
        }
        await().untilAsserted(() -> {
            assertThat(past.revisions()).containsExactly(3L, 4L, 5L, 6L, 7L, 8L);
            assertThat(future.revisions()).containsExactly(7L, 8L);
        });
    }

    @Test
    void aSlowWatcherIsToldToStartAnewAndThenGoesOn() throws InterruptedException {
        hub.start();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Recorder slow = new Recorder() {
            @Override
            public void onEvents(List<WatchEvent> events, MetadataView view) {
                super.onEvents(events, view);
                entered.countDown();
                awaitQuietly(release);
            }
        };
        hub.watch("", 1, slow);
        publish(1, "a");
        assertThat(entered.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        for (int revision = 2; revision <= 400; revision++) {
            publish(revision, "a");
        }
        release.countDown();
        await().until(() -> !slow.resyncs.isEmpty());
        publish(401, "a");
        await().untilAsserted(() -> assertThat(slow.revisions()).containsExactly(1L, 401L));
        assertThat(slow.resyncs).containsExactly(400L);
    }

    @Test
    void aReplacedStateStartsWatchersAnewOnlyIfTheyMissedSomething() {
        hub.start();
        Recorder behind = new Recorder();
        Recorder ahead = new Recorder();
        hub.watch("", 1, behind);
        hub.watch("", 11, ahead);
        publish(1, "a");
        await().until(() -> behind.revisions().size() == 1);
        hub.resync(at(10));
        await().until(() -> behind.resyncs.size() == 1);
        publish(11, "a");
        await().untilAsserted(() -> {
            assertThat(behind.revisions()).containsExactly(1L, 11L);
            assertThat(ahead.revisions()).containsExactly(11L);
        });
        assertThat(behind.resyncs).containsExactly(10L);
        assertThat(ahead.resyncs).isEmpty();
    }

    @Test
    void aListenerThatThrowsKeepsItsWatchAndHarmsNoOther() {
        hub.start();
        Recorder failing = new Recorder() {
            @Override
            public void onEvents(List<WatchEvent> events, MetadataView view) {
                super.onEvents(events, view);
                throw new IllegalArgumentException("the listener's own fault, as this test wants it");
            }
        };
        Recorder other = new Recorder();
        hub.watch("", 1, failing);
        hub.watch("", 1, other);
        publish(1, "a");
        await().until(() -> other.revisions().size() == 1);
        publish(2, "a");
        await().until(() -> other.revisions().size() == 2);
        assertThat(failing.revisions()).containsExactly(1L, 2L);
    }

    @Test
    void aClosedWatchIsToldNothingMore() {
        hub.start();
        Recorder closed = new Recorder();
        Recorder open = new Recorder();
        Watch watch = hub.watch("", 1, closed);
        hub.watch("", 1, open);
        watch.close();
        watch.close();
        publish(1, "a");
        await().until(() -> open.revisions().size() == 1);
        assertThat(closed.revisions()).isEmpty();
    }

    @Test
    void revisionsAreAwaitedInAnyOrder() {
        hub.start();
        CompletableFuture<Long> five = hub.awaitRevision(5);
        CompletableFuture<Long> two = hub.awaitRevision(2);
        assertThat(hub.awaitRevision(0)).isCompletedWithValue(0L);
        publish(2, "a");
        await().until(two::isDone);
        assertThat(five).isNotDone();
        publish(6, "a");
        await().until(five::isDone);
        assertThat(five).isCompletedWithValue(6L);
    }

    @Test
    void whoWaitsForWhatIsNeverPublishedIsTold() {
        hub.start();
        CompletableFuture<Long> waiting = hub.awaitRevision(5);
        CompletableFuture<Long> soon = hub.awaitRevision(2);
        publish(2, "a");
        hub.end(new MetadataException(MetadataException.Code.FAILED, "the replica is dead"));
        await().until(() -> soon.isDone() && waiting.isDone());
        assertThat(soon).isCompletedWithValue(2L);
        assertThatThrownBy(waiting::join).hasMessageContaining("the replica is dead");
        assertThatThrownBy(() -> hub.awaitRevision(3).join()).hasMessageContaining("the replica is dead");
        assertThat(hub.awaitRevision(1)).isCompletedWithValue(2L);
    }

    @Test
    void closingFailsWhatWaitsAndWhatComesLater() {
        hub.start();
        CompletableFuture<Long> waiting = hub.awaitRevision(5);
        hub.close();
        hub.close();
        assertClosed(waiting);
        assertClosed(hub.awaitRevision(0));
        assertThatThrownBy(() -> hub.watch("", 1, new Recorder())).hasMessageContaining("is closed");
    }

    @Test
    void aListenerMayCloseTheHub() {
        hub.start();
        hub.watch("", 1, new Recorder() {
            @Override
            public void onEvents(List<WatchEvent> events, MetadataView view) {
                hub.close();
            }
        });
        CompletableFuture<Long> waiting = hub.awaitRevision(2);
        publish(1, "a");
        await().until(waiting::isCompletedExceptionally);
    }

    @Test
    void tooManyWaitersAreRefused() {
        hub.close();
        hub = new WatchHub("t1", at(0));
        for (int i = 0; i < WatchHub.MAX_WAITERS; i++) {
            assertThat(hub.awaitRevision(9)).isNotDone();
        }
        assertThat(hub.awaitRevision(9))
                .isCompletedExceptionally()
                .failsWithin(PATIENCE)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .withMessageContaining("65536 futures wait");
    }

    private static void assertClosed(CompletableFuture<Long> future) {
        assertThat(future)
                .failsWithin(PATIENCE)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .satisfies(e -> assertThat(e.getCause()).isInstanceOfSatisfying(MetadataException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(MetadataException.Code.CLOSED);
                    assertThat(failure).hasMessageContaining("open a new one");
                }));
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(PATIENCE);
    }

    private void publish(long revision, String... keys) {
        List<WatchEvent> events = new ArrayList<>();
        for (String key : keys) {
            events.add(new WatchEvent.Delete(key, revision));
        }
        hub.publish(at(revision), events);
    }

    private static StateView at(long revision) {
        return new StateView(
                revision,
                0,
                null,
                KeyIndex.empty(),
                KeyIndex.empty(),
                KeyIndex.empty(),
                KeyIndex.empty(),
                StateView.EMPTY.joins());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static class Recorder implements WatchListener {
        final List<WatchEvent> events = Collections.synchronizedList(new ArrayList<>());
        final List<Long> resyncs = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onEvents(List<WatchEvent> changes, MetadataView view) {
            assertThat(changes).isNotEmpty();
            assertThat(view.revision())
                    .isGreaterThanOrEqualTo(changes.get(changes.size() - 1).revision());
            events.addAll(changes);
        }

        @Override
        public void onResync(MetadataView view) {
            resyncs.add(view.revision());
        }

        List<Long> revisions() {
            synchronized (events) {
                return events.stream().map(WatchEvent::revision).toList();
            }
        }
    }
}
