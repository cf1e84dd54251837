package io.troupe.actors;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.Subscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the messages that no actor has handled, and tells whoever listens. Any thread. */
final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private final Executor dispatcher;
    private final LongAdder count = new LongAdder();
    private final List<Consumer<? super DeadLetter>> listeners = new CopyOnWriteArrayList<>();

    DeadLetters(Executor dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** Tells whoever listens; not here, where a shard's lock may be held. */
    void add(@Nullable EntityId target, @Nullable MessageId id, String why) {
        count.increment();
        if (listeners.isEmpty()) {
            return;
        }
        DeadLetter letter = new DeadLetter(target, id, why);
        try {
            dispatcher.execute(() -> tellOf(letter));
        } catch (RejectedExecutionException e) {
            LOG.debug("closed before anybody heard of {}", letter);
        }
    }

    private void tellOf(DeadLetter letter) {
        for (Consumer<? super DeadLetter> listener : listeners) {
            try {
                listener.accept(letter);
            } catch (RuntimeException e) {
                LOG.warn("a listener failed to hear of {}", letter, e);
            }
        }
    }

    long count() {
        return count.sum();
    }

    Subscription subscribe(Consumer<? super DeadLetter> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
