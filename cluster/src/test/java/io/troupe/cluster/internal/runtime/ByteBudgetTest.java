package io.troupe.cluster.internal.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ByteBudgetTest {
    private static final int LONG = ByteBudget.LONG;

    @Test
    void whatIsTakenIsNotThereUntilItIsGivenBack() {
        ByteBudget budget = new ByteBudget(3L * LONG);
        assertThat(budget.take(LONG)).isTrue();
        assertThat(budget.take(2 * LONG)).isTrue();
        assertThat(budget.take(LONG)).isFalse();
        assertThat(budget.taken()).isEqualTo(3L * LONG);
        budget.giveBack(LONG);
        assertThat(budget.take(LONG + 1)).isFalse();
        assertThat(budget.take(LONG)).isTrue();
    }

    @Test
    void shortMessagesAreFree() {
        ByteBudget budget = new ByteBudget(LONG);
        assertThat(budget.take(LONG)).isTrue();
        assertThat(budget.take(LONG - 1)).isTrue();
        budget.giveBack(LONG - 1);
        assertThat(budget.taken()).isEqualTo(LONG);
    }

    @Test
    void threadsNeverTakeMoreThanThereIs() throws InterruptedException {
        ByteBudget budget = new ByteBudget(4L * LONG);
        AtomicInteger holders = new AtomicInteger();
        AtomicBoolean tooMany = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    if (budget.take(LONG)) {
                        if (holders.incrementAndGet() > 4) {
                            tooMany.set(true);
                        }
                        holders.decrementAndGet();
                        budget.giveBack(LONG);
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(tooMany).isFalse();
        assertThat(budget.taken()).isZero();
    }
}
