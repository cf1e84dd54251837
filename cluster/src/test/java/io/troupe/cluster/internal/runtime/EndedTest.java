package io.troupe.cluster.internal.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

class EndedTest {
    private static final int THREADS = 2;
    private static final int MESSAGES = 200_000;

    private final Ended<Message> ended = new Ended<>();

    private static final class Message extends Ended.Link<Message> {
        final int thread;
        final long sequence;

        Message(int thread, long sequence) {
            this.thread = thread;
            this.sequence = sequence;
        }
    }

    @Test
    void whatHasEndedIsTakenOnceInItsOrder() {
        assertThat(ended.isEmpty()).isTrue();
        assertThat(ended.takeAll()).isNull();
        ended.add(new Message(7, 1));
        ended.add(new Message(7, 2));
        assertThat(ended.isEmpty()).isFalse();
        assertThat(take()).containsExactly(1L, 2L);
        assertThat(ended.isEmpty()).isTrue();
        ended.add(new Message(7, 3));
        assertThat(take()).containsExactly(3L);
    }

    /** A message that is lost or doubled under contention is a message whose sender waits for ever, or fails. */
    @Test
    @Timeout(60)
    void noneIsLostOrDoubledWhileOthersEnd() {
        List<CompletableFuture<Void>> adding = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int its = thread;
            adding.add(CompletableFuture.runAsync(() -> {
                for (long sequence = 1; sequence <= MESSAGES; sequence++) {
                    ended.add(new Message(its, sequence));
                }
            }));
        }
        long[] newest = new long[THREADS];
        CompletableFuture<Void> all = CompletableFuture.allOf(adding.toArray(CompletableFuture[]::new));
        boolean last;
        do {
            last = all.isDone();
            for (Message message = ended.takeAll(); message != null; message = message.next) {
                assertThat(message.sequence).isEqualTo(newest[message.thread] + 1);
                newest[message.thread]++;
            }
        } while (!last);
        assertThat(all).isCompleted();
        assertThat(newest).containsOnly(MESSAGES);
    }

    private List<Long> take() {
        List<Long> sequences = new ArrayList<>();
        for (Message message = ended.takeAll(); message != null; message = message.next) {
            sequences.add(message.sequence);
        }
        return sequences;
    }
}
