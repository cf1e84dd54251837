package io.troupe.metadata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.troupe.metadata.MetadataException.Code;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every {@link MetadataStore} promises. All tests of a class share one store, because starting a replicated one
 * takes its time: each uses keys of its own. The store's leader must tick by itself, and faster than
 * {@link MetadataStoreFixture#SHORT_TTL}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class MetadataStoreContract extends SessionContract {
    // Watches and revisions

    @Test
    void aWatchSeesEveryChangeUnderItsPrefixOnceAndInOrder() {
        long from = get(store.barrier()) + 1;
        Recorder recorder = new Recorder();
        List<CompletableFuture<TxnResult>> futures = new ArrayList<>();
        watch(prefix + "w/", from, recorder);
        for (int i = 0; i < 100; i++) {
            futures.add(store.txn(Txn.of(put("w/a", "" + i), put("x", "" + i), put("w/b", "" + i))));
        }
        List<Long> expected = new ArrayList<>();
        for (CompletableFuture<TxnResult> future : futures) {
            expected.addAll(Collections.nCopies(2, get(future).revision()));
        }
        await().until(() -> recorder.events().size() >= expected.size());
        assertThat(recorder.events()).extracting(WatchEvent::revision).isEqualTo(expected);
        long deleted = txn(new Op.DeleteRange(prefix + "w/")).revision();
        await().until(() -> recorder.events().size() >= expected.size() + 2);
        assertThat(recorder.events())
                .endsWith(
                        new WatchEvent.Delete(prefix + "w/a", deleted), new WatchEvent.Delete(prefix + "w/b", deleted));
        assertThat(recorder.torn).isFalse();
        assertThat(recorder.resyncs).isZero();
    }

    @Test
    void aWatchGoesOnFromAView() {
        long first = txn(put("a", "1")).revision();
        get(store.awaitRevision(first));
        MetadataView view = store.view();
        long second = txn(put("a", "2")).revision();
        Recorder later = new Recorder();
        Recorder past = new Recorder();
        watch(prefix, view.revision() + 1, later);
        watch(prefix, first, past);
        await().untilAsserted(() -> {
            assertThat(later.events()).extracting(WatchEvent::revision).containsExactly(second);
            assertThat(past.events()).extracting(WatchEvent::revision).containsExactly(first, second);
        });
        WatchEvent event = later.events().get(0);
        assertThat(event).isInstanceOfSatisfying(WatchEvent.Put.class, put -> {
            assertThat(put.entry().value()).isEqualTo(bytes("2"));
            assertThat(put.entry().version()).isEqualTo(2);
        });
        // The old view is as it was.
        assertThat(Objects.requireNonNull(view.get(prefix + "a")).value()).isEqualTo(bytes("1"));
    }

    @Test
    void aClosedWatchIsToldNothingMore() {
        Recorder closed = new Recorder();
        Recorder open = new Recorder();
        long from = get(store.barrier()) + 1;
        Watch ended = store.watch(prefix, from, closed);
        ended.close();
        ended.close();
        watch(prefix, from, open);
        txn(put("a", "1"));
        await().until(() -> open.events().size() == 1);
        assertThat(closed.events()).isEmpty();
    }

    @Test
    void aListenerThatThrowsKeepsItsWatch() {
        Recorder recorder = new Recorder();
        long from = get(store.barrier()) + 1;
        WatchListener failing = new WatchListener() {
            @Override
            public void onEvents(List<WatchEvent> events, MetadataView view) {
                recorder.onEvents(events, view);
                throw new IllegalArgumentException("the listener's own fault, as this test wants it");
            }

            @Override
            public void onResync(MetadataView view) {
                recorder.onResync(view);
            }
        };
        watch(prefix, from, failing);
        txn(put("a", "1"));
        await().until(() -> recorder.events().size() == 1);
        txn(put("a", "2"));
        await().until(() -> recorder.events().size() == 2);
    }

    @Test
    void aBarrierIsAtOrAboveEverythingThatCompletedBefore() {
        for (int i = 0; i < 20; i++) {
            long written = txn(put("a", "" + i)).revision();
            long barrier = get(store.barrier());
            assertThat(barrier).isGreaterThanOrEqualTo(written);
            assertThat(key("a", 0).value()).isEqualTo(bytes("" + i));
        }
    }

    @Test
    void aRevisionThatIsNotThereYetIsAwaited() {
        long now = get(store.barrier());
        CompletableFuture<Long> far = store.awaitRevision(now + 1_000_000);
        long written = txn(put("a", "1")).revision();
        assertThat(get(store.awaitRevision(written))).isGreaterThanOrEqualTo(written);
        assertThat(get(store.awaitRevision(0))).isGreaterThanOrEqualTo(now);
        assertThat(far).isNotDone();
        far.cancel(false);
    }

    @Test
    void aViewVisitsAPrefixInOrder() {
        List<String> names =
                IntStream.range(0, 200).mapToObj(i -> String.format("k%03d", i)).toList();
        List<String> shuffled = new ArrayList<>(names);
        Collections.shuffle(shuffled, new java.util.Random(1));
        List<TxnResult> results = get(store.txnBatch(
                shuffled.stream().map(name -> Txn.of(put(name, "1"))).toList()));
        long revision = results.get(results.size() - 1).revision();
        assertThat(keys("", revision)).isEqualTo(names);
        assertThat(keys("k01", revision)).isEqualTo(names.subList(10, 20));
    }

    // Leadership

    @Test
    void theLeaderIsKnown() {
        assertThat(Objects.requireNonNull(store.view().leader()).term()).isPositive();
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        store.onLeadership(new LeadershipListener() {
            @Override
            public void onLeading(long term) {
                told.add("leading");
            }

            @Override
            public void onNotLeading() {
                told.add("not leading");
            }
        });
        await().until(() -> !told.isEmpty());
        // A slow machine may elect another leader between any two of these.
        await().untilAsserted(() -> {
            boolean leads = store.isLeader();
            assertThat(told.get(told.size() - 1)).isEqualTo(leads ? "leading" : "not leading");
            if (leads) {
                assertThat(Objects.requireNonNull(store.view().leader()).nodeId())
                        .isEqualTo(store.nodeId());
            }
        });
    }

    // Backups

    @Test
    void aBackupIsAsNewAsTheLastAnswerBeforeIt(@TempDir Path directory) {
        long written = txn(put("a", "1")).revision();
        Path file = directory.resolve("first.backup");
        if (!hasAllOfTheState()) {
            assertFails(store.backup(file), Code.BAD_BACKUP)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("ask one of the voters [");
            assertThat(directory).isEmptyDirectory();
            return;
        }
        Backup backup = get(store.backup(file));
        MetadataStore first = store.group(0);
        assertThat(backup.revision())
                .isGreaterThanOrEqualTo(first == store ? written : 1)
                .isLessThanOrEqualTo(first.view().revision());
        assertThat(backup.file()).isEqualTo(file).hasSize(backup.length());
        assertThat(directory).isDirectoryContaining(found -> found.equals(file));
        assertThat(directory.toFile().list()).hasSize(1);
        assertThat(backup.digest()).matches("[0-9a-f]{64}");
    }

    @Test
    void aBackupReplacesNoFileAndMakesNoDirectory(@TempDir Path directory) throws IOException {
        if (!hasAllOfTheState()) {
            return;
        }
        Path taken = Files.writeString(directory.resolve("taken"), "mine");
        assertFails(store.backup(taken), Code.BAD_BACKUP)
                .hasMessageContaining(taken + " is not written: the file exists; choose another name");
        Path missing = directory.resolve("missing");
        assertFails(store.backup(missing.resolve("a.backup")), Code.BAD_BACKUP)
                .hasMessageContaining("there is no directory " + missing + "; make it first");
        assertThat(taken).hasContent("mine");
        assertThat(directory.toFile().list()).containsExactly("taken");
    }

    // The end; every test above needs the store open.

    @Test
    @Order(Integer.MAX_VALUE)
    void afterCloseEverythingFailsAndNoThreadIsLeft() {
        CompletableFuture<Long> waiting = store.awaitRevision(Long.MAX_VALUE);
        closeStore();
        closeStore();
        assertFails(waiting, Code.CLOSED);
        assertFails(store.txn(Txn.EMPTY), Code.CLOSED).hasMessageContaining("closed");
        assertFails(store.txnBatch(List.of()), Code.CLOSED);
        assertFails(store.keepAlive(), Code.CLOSED);
        assertFails(store.openSession(LONG_TTL), Code.CLOSED);
        assertFails(store.closeSession(), Code.CLOSED);
        assertFails(store.awaitRevision(0), Code.CLOSED);
        assertFails(store.barrier(), Code.CLOSED);
        if (hasAllOfTheState()) {
            assertFails(store.backup(Path.of("late.backup")), Code.CLOSED);
        }
        assertThat(store.isLeader()).isFalse();
        assertThat(store.view().revision()).isPositive();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("troupe-" + store.nodeId() + "-")));
    }
}
