package io.troupe.actors.internal.durable;

import java.util.ArrayDeque;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SparseDequeTest {
    private final SparseDeque<Integer> deque = new SparseDeque<>();

    @Test
    void isAnArrayDequeToItsUser() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ArrayDeque<Integer> model = new ArrayDeque<>();
        for (int step = 0; step < 2_000; step++) {
            String where = "seed " + seed + ", step " + step;
            switch (random.nextInt(4)) {
                case 0 -> {
                    deque.addFirst(step);
                    model.addFirst(step);
                }
                case 1 -> {
                    deque.addLast(step);
                    model.addLast(step);
                }
                case 2 -> assertThat(deque.pollFirst()).as(where).isEqualTo(model.pollFirst());
                default -> assertThat(deque.pollLast()).as(where).isEqualTo(model.pollLast());
            }
            assertThat(deque.size()).as(where).isEqualTo(model.size());
            assertThat(deque.isEmpty()).as(where).isEqualTo(model.isEmpty());
            assertThat(deque.peekFirst()).as(where).isEqualTo(model.peekFirst());
            assertThat(deque.peekLast()).as(where).isEqualTo(model.peekLast());
        }
    }

    @Test
    void keepsNoArrayOnceItIsEmpty() {
        deque.addLast(1);
        deque.addLast(2);
        deque.pollLast();
        deque.pollFirst();
        assertThat(deque).hasAllNullFieldsOrProperties();
    }
}
