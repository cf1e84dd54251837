package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import static org.assertj.core.api.Assertions.assertThat;

class KeyIndexTest {
    @Property
    void behavesLikeATreeMapAndLeavesOldSnapshotsIntact(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int keys) {
        Random random = new Random(seed);
        KeyIndex.Editor<String, Integer> index =
                KeyIndex.<String, Integer>empty().edit();
        TreeMap<String, Integer> model = new TreeMap<>();
        List<KeyIndex<String, Integer>> snapshots = new ArrayList<>();
        List<TreeMap<String, Integer>> copies = new ArrayList<>();
        // Growing and shrinking take turns, so that pages split and vanish.
        for (int step = 0; step < 4000; step++) {
            String key = "k" + random.nextInt(keys);
            boolean grow = (step / 800) % 2 == 0;
            if (random.nextInt(10) < (grow ? 8 : 2)) {
                index.put(key, step);
                model.put(key, step);
            } else {
                assertThat(index.remove(key)).isEqualTo(model.remove(key));
            }
            if (random.nextInt(400) == 0) {
                snapshots.add(index.snapshot());
                copies.add(new TreeMap<>(model));
            }
        }
        snapshots.add(index.snapshot());
        copies.add(model);
        for (int i = 0; i < snapshots.size(); i++) {
            assertThat(all(snapshots.get(i), null)).isEqualTo(new LinkedHashMap<>(copies.get(i)));
            assertThat(snapshots.get(i).size()).isEqualTo(copies.get(i).size());
        }
        String low = "k" + random.nextInt(keys);
        assertThat(new ArrayList<>(all(index.snapshot(), low).keySet()))
                .isEqualTo(new ArrayList<>(model.tailMap(low, true).keySet()));
        for (int i = 0; i < 50; i++) {
            String key = "k" + random.nextInt(keys);
            assertThat(index.get(key)).isEqualTo(model.get(key));
        }
    }

    @Property(tries = 20)
    void orderOfInsertionDoesNotMatter(@ForAll long seed, @ForAll boolean descending) {
        KeyIndex.Editor<Long, Long> index = KeyIndex.<Long, Long>empty().edit();
        TreeMap<Long, Long> model = new TreeMap<>();
        Random random = new Random(seed);
        for (long i = 0; i < 5000; i++) {
            // Keys below the lowest so far, or above the highest: the first and last pages of every level.
            long key = (descending ? -i : i) * 3 + random.nextInt(3);
            index.put(key, i);
            model.put(key, i);
        }
        List<Long> keys = new ArrayList<>(model.keySet());
        java.util.Collections.shuffle(keys, random);
        for (long key : keys.subList(0, 4990)) {
            assertThat(index.remove(key)).isEqualTo(model.remove(key));
        }
        assertThat(all(index.snapshot(), null)).isEqualTo(new LinkedHashMap<>(model));
    }

    @Example
    void snapshotWithoutAChangeIsTheSameObject() {
        KeyIndex.Editor<String, Integer> index =
                KeyIndex.<String, Integer>empty().edit();
        assertThat(index.snapshot()).isSameAs(KeyIndex.empty());
        index.put("a", 1);
        KeyIndex<String, Integer> first = index.snapshot();
        assertThat(index.snapshot()).isSameAs(first);
        assertThat(index.remove("b")).isNull();
        assertThat(index.snapshot()).isSameAs(first);
        index.put("a", 2);
        assertThat(index.snapshot()).isNotSameAs(first);
        assertThat(first.get("a")).isEqualTo(1);
    }

    @Example
    void twoEditorsOfOneSnapshotDoNotSeeEachOther() {
        KeyIndex.Editor<Integer, Integer> start =
                KeyIndex.<Integer, Integer>empty().edit();
        for (int i = 0; i < 100; i++) {
            start.put(i, 0);
        }
        KeyIndex<Integer, Integer> common = start.snapshot();
        KeyIndex.Editor<Integer, Integer> left = common.edit();
        KeyIndex.Editor<Integer, Integer> right = common.edit();
        for (int i = 0; i < 100; i++) {
            left.put(i, 1);
            right.remove(i);
        }
        assertThat(all(left.snapshot(), null).values()).containsOnly(1);
        assertThat(right.snapshot().size()).isZero();
        assertThat(all(common, null).values()).containsOnly(0).hasSize(100);
        right.put(7, 7);
        assertThat(all(right.snapshot(), null)).isEqualTo(Map.of(7, 7));
    }

    @Example
    void visitStopsWhenTheVisitorHasEnough() {
        KeyIndex.Editor<Integer, Integer> index =
                KeyIndex.<Integer, Integer>empty().edit();
        for (int i = 0; i < 1000; i++) {
            index.put(i, i);
        }
        List<Integer> seen = new ArrayList<>();
        index.visitFrom(500, (key, value) -> {
            seen.add(key);
            return seen.size() < 40;
        });
        assertThat(seen).hasSize(40).startsWith(500, 501).endsWith(539);
    }

    private static <K extends Comparable<K>> Map<K, Object> all(
            KeyIndex<K, ?> index, @org.jspecify.annotations.Nullable K low) {
        Map<K, Object> found = new LinkedHashMap<>();
        index.visitFrom(low, (key, value) -> {
            found.put(key, value);
            return true;
        });
        return found;
    }
}
