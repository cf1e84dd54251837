package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NewestTest {
    @Property(tries = 50)
    void tableAndPagesAlwaysHaveTheSame(@ForAll long seed) {
        Random random = new Random(seed);
        TreeMap<String, Integer> model = new TreeMap<>();
        KeyIndex.Editor<String, Integer> begin =
                KeyIndex.<String, Integer>empty().edit();
        for (int i = 0; i < 50; i++) {
            String key = "k" + random.nextInt(100);
            begin.put(key, i);
            model.put(key, i);
        }
        Newest<String, Integer> newest = Newest.of(begin.snapshot());
        for (int step = 0; step < 500; step++) {
            String key = "k" + random.nextInt(100);
            assertThat(newest.get(key)).isEqualTo(model.get(key));
            if (random.nextBoolean()) {
                newest.put(key, step);
                model.put(key, step);
            } else {
                assertThat(newest.remove(key)).isEqualTo(model.remove(key));
            }
        }
        Map<String, Integer> visited = new LinkedHashMap<>();
        newest.visitFrom("k5", (key, value) -> visited.put(key, value) == null);
        assertThat(visited).isEqualTo(model.tailMap("k5", true));
        KeyIndex<String, Integer> snapshot = newest.snapshot(500);
        assertThat(snapshot.size()).isEqualTo(model.size());
        model.forEach((key, value) -> assertThat(snapshot.get(key)).isEqualTo(value));
    }

    /** A value that knows its revision. */
    private record Stamped(int value, long revision) {}

    private record Taken(KeyIndex<String, Stamped> snapshot, Map<String, Stamped> model) {}

    /** However much is changed behind a snapshot, it has what it had. */
    @Property(tries = 50)
    void aSnapshotHasItsOwnValues(@ForAll long seed) {
        Random random = new Random(seed);
        Map<String, Stamped> model = new HashMap<>();
        Newest<String, Stamped> newest = Newest.of(KeyIndex.<String, Stamped>empty(), Stamped::revision);
        List<Taken> taken = new ArrayList<>();
        long revision = 0;
        for (int step = 0; step < 300; step++) {
            String key = "k" + random.nextInt(20);
            if (random.nextInt(3) > 0) {
                Stamped value = new Stamped(step, revision + 1);
                newest.put(key, value);
                model.put(key, value);
            } else {
                newest.remove(key);
                model.remove(key);
            }
            if (random.nextInt(4) == 0) { // Several changes are of one revision.
                revision++;
                taken.add(new Taken(newest.snapshot(revision), new HashMap<>(model)));
            }
        }
        for (Taken each : taken) {
            for (int i = 0; i < 20; i++) {
                assertThat(each.snapshot.get("k" + i)).isEqualTo(each.model.get("k" + i));
            }
        }
    }

    /** Readers on other threads, while the next revision is being made. */
    @Test
    void aSnapshotHasItsOwnValuesWhileTheNextOneIsMade() throws Exception {
        int keys = 8;
        Newest<String, Stamped> newest = Newest.of(KeyIndex.<String, Stamped>empty(), Stamped::revision);
        AtomicReference<Taken> published = new AtomicReference<>(new Taken(newest.snapshot(0), Map.of()));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService reader = Executors.newSingleThreadExecutor();
        Future<?> reading = reader.submit(() -> {
            while (!done.get()) {
                Taken now = Objects.requireNonNull(published.get());
                for (int i = 0; i < keys; i++) {
                    assertThat(now.snapshot.get("k" + i)).isEqualTo(now.model.get("k" + i));
                }
            }
        });
        Map<String, Stamped> model = new HashMap<>();
        for (int revision = 1; revision <= 20_000 && !reading.isDone(); revision++) {
            for (int change = 0; change < 3; change++) {
                String key = "k" + (revision * 3 + change * 5) % keys;
                if ((revision + change) % 4 == 0) {
                    newest.remove(key);
                    model.remove(key);
                } else {
                    Stamped value = new Stamped(change, revision);
                    newest.put(key, value);
                    model.put(key, value);
                }
            }
            published.set(new Taken(newest.snapshot(revision), new HashMap<>(model)));
        }
        done.set(true);
        reading.get(30, TimeUnit.SECONDS);
        reader.shutdown();
    }
}
