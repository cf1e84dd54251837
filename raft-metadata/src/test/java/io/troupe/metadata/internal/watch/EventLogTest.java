package io.troupe.metadata.internal.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.watch.EventLog.Chunk;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EventLogTest {
    private static final String[] PREFIXES = {"", "a", "a/", "b", "nothing"};

    @Property(tries = 60)
    void anyCursorReadsExactlyWhatTheListHasFromThereOn(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int maxEvents) {
        Random random = new Random(seed);
        long start = random.nextInt(50);
        EventLog log = new EventLog(start, maxEvents, random.nextBoolean() ? 5000 : Long.MAX_VALUE);
        List<WatchEvent> model = new ArrayList<>();
        long revision = start;
        for (int step = 0; step < 120; step++) {
            List<WatchEvent> changes = new ArrayList<>();
            for (int batch = random.nextInt(4); batch > 0; batch--) {
                revision += 1 + random.nextInt(3);
                for (int i = random.nextInt(5); i >= 0; i--) {
                    changes.add(change(random, revision));
                }
            }
            log.append(changes);
            model.addAll(changes);
            if (random.nextInt(60) == 0) {
                revision += 5;
                log.reset(revision);
                assertThat(log.firstRetained()).isEqualTo(revision + 1);
            }
            check(log, model, random, revision);
        }
    }

    private static void check(EventLog log, List<WatchEvent> model, Random random, long newest) {
        long first = log.firstRetained();
        assertThatThrownBy(() -> log.read(first - 1, "", 10)).hasMessageContaining("no longer kept");
        long from = first + random.nextInt((int) (newest - first) + 4);
        String prefix = PREFIXES[random.nextInt(PREFIXES.length)];
        List<WatchEvent> found = new ArrayList<>();
        long next = from;
        boolean more = true;
        while (more) {
            Chunk chunk = log.read(next, prefix, 1 + random.nextInt(20));
            assertThat(chunk.next()).isGreaterThanOrEqualTo(next);
            if (!chunk.events().isEmpty()) {
                // Whole revisions: nothing of the last one comes in the next call.
                assertThat(chunk.events().get(chunk.events().size() - 1).revision())
                        .isLessThan(chunk.next());
            }
            found.addAll(chunk.events());
            next = chunk.next();
            more = chunk.more();
        }
        assertThat(found)
                .isEqualTo(model.stream()
                        .filter(event -> event.revision() >= from && event.key().startsWith(prefix))
                        .toList());
        assertThat(log.read(next, prefix, 1).events()).isEmpty();
    }

    @Example
    void theOldestRevisionsGoFirstAndTheNewestStaysWhole() {
        EventLog log = new EventLog(0, 2, Long.MAX_VALUE);
        log.append(List.of(delete("a", 1), delete("b", 2)));
        assertThat(log.firstRetained()).isEqualTo(1);
        log.append(List.of(delete("c", 3), delete("d", 3), delete("e", 3)));
        assertThat(log.firstRetained()).isEqualTo(3);
        assertThat(log.read(3, "", 1).events()).hasSize(3);
    }

    @Example
    void bytesCountToo() {
        EventLog log = new EventLog(0, 1000, 1000);
        log.append(List.of(put("a", 1, 400), put("b", 2, 400), put("c", 3, 400)));
        assertThat(log.firstRetained()).isEqualTo(2);
        log.append(List.of(put("d", 4, 4000)));
        assertThat(log.firstRetained()).isEqualTo(4);
    }

    @Example
    void aRevisionOutOfOrderBreaksAnInvariantLoudly() {
        EventLog log = new EventLog(7, 10, 1000);
        assertThatThrownBy(() -> log.append(List.of(delete("a", 7))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a change at revision 7 after revision 7");
    }

    private static WatchEvent change(Random random, long revision) {
        String key = PREFIXES[1 + random.nextInt(3)] + random.nextInt(9);
        return random.nextBoolean() ? delete(key, revision) : put(key, revision, random.nextInt(100));
    }

    private static WatchEvent put(String key, long revision, int length) {
        return new WatchEvent.Put(new KeyValue(key, new byte[length], revision, revision, 1, null));
    }

    private static WatchEvent delete(String key, long revision) {
        return new WatchEvent.Delete(key, revision);
    }
}
