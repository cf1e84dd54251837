package io.troupe.actors;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

class ArrivalsTest {
    private final Arrivals<Integer> arrivals = new Arrivals<>();

    @Test
    void comeInTheirOrderAndOnce() {
        assertThat(arrivals.isEmpty()).isTrue();
        arrivals.add(1);
        arrivals.add(2);
        arrivals.add(3);
        assertThat(arrivals.isEmpty()).isFalse();
        assertThat(taken()).containsExactly(1, 2, 3);
        assertThat(arrivals.isEmpty()).isTrue();
        assertThat(taken()).isEmpty();
    }

    @Test
    void whatArrivesMeanwhileIsForTheNextTime() {
        arrivals.add(1);
        arrivals.takeAll(first -> arrivals.add(first + 1));
        assertThat(taken()).containsExactly(2);
    }

    @Test
    @Timeout(60)
    void noneIsLostBetweenThreads() throws InterruptedException {
        int count = 100_000;
        CountDownLatch begun = new CountDownLatch(1);
        Thread adder = new Thread(() -> {
            begun.countDown();
            IntStream.range(0, count).forEach(arrivals::add);
        });
        adder.start();
        begun.await();
        List<Integer> all = new ArrayList<>();
        while (all.size() < count) {
            arrivals.takeAll(all::add);
        }
        adder.join();
        assertThat(all).isEqualTo(IntStream.range(0, count).boxed().toList());
    }

    private List<Integer> taken() {
        List<Integer> taken = new ArrayList<>();
        arrivals.takeAll(taken::add);
        return taken;
    }
}
