package io.troupe.actors;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A volatile actor for tests. */
final class Echo implements Handler<Echo.Message> {
    sealed interface Message permits Say, Count, Fail {}

    record Say(String text) implements Message, Query<String> {}

    record Count() implements Message {}

    record Fail(int times) implements Message, Query<String> {}

    static final AtomicInteger COUNTED = new AtomicInteger();

    /** By actor, because a handler that fails is replaced. */
    private static final Map<String, Integer> FAILURES = new ConcurrentHashMap<>();

    static final Kind<Message> KIND = Kind.of("echo", Message.class, Echo::new);

    @Override
    public void receive(Message message, ActorContext<Message> context) {
        if (message instanceof Say say) {
            context.reply(say, context.self().actorId() + " says " + say.text());
        } else if (message instanceof Count) {
            COUNTED.incrementAndGet();
        } else if (message instanceof Fail fail) {
            if (FAILURES.merge(context.self().actorId(), 1, Integer::sum) <= fail.times()) {
                throw new IllegalStateException("not yet");
            }
            context.reply(fail, "at last");
        }
    }
}
