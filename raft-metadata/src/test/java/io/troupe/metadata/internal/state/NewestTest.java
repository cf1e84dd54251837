package io.troupe.metadata.internal.state;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

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
        Newest<String, Integer> newest = new Newest<>(begin.snapshot());
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
        KeyIndex<String, Integer> snapshot = newest.snapshot();
        assertThat(snapshot.size()).isEqualTo(model.size());
        model.forEach((key, value) -> assertThat(snapshot.get(key)).isEqualTo(value));
    }
}
