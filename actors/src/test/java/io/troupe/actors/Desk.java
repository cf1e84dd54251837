package io.troupe.actors;

import java.util.ArrayList;
import java.util.List;

/** Actors whose messages bring the address for their answers. */
final class Desk {
    private Desk() {}

    sealed interface Message permits Sum, Pass, Keep, Release, Both {}

    /** Asks for the sum; a negative number is a mistake, and of a sum of 0 nobody is told. */
    record Sum(int one, int other, Pid<Integer> replyTo) implements Message {}

    /** To be passed on to another one, which answers. */
    record Pass(String to, Sum sum) implements Message {}

    /** Answered with the next release. */
    record Keep(Pid<Integer> replyTo) implements Message {}

    record Release(int answer) implements Message {}

    /** May be answered either way. */
    record Both(Pid<String> replyTo) implements Message, Query<String> {}

    /** The addresses that a durable one has kept. */
    record Kept(List<Pid<Integer>> addresses, int sums) {
        Kept with(Pid<Integer> address) {
            List<Pid<Integer>> more = new ArrayList<>(addresses);
            more.add(address);
            return new Kept(more, sums);
        }
    }

    static final Kind<Message> KIND = Kind.of("desk", Message.class, Volatile::new);
    static final Kind<Message> DURABLE = Kind.durable("safe-desk", Message.class, Kept.class, Durable::new);

    @SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
    private static final class Volatile implements Handler<Message> {
        private final List<Pid<Integer>> kept = new ArrayList<>();

        @Override
        public void receive(Message message, ActorContext<Message> context) {
            if (message instanceof Sum sum) {
                if (sum.one() < 0) {
                    throw new IllegalArgumentException("too small");
                }
                if (sum.one() + sum.other() > 0) {
                    sum.replyTo().tell(sum.one() + sum.other());
                }
            } else if (message instanceof Pass pass) {
                context.entity(KIND, pass.to()).tell(pass.sum());
            } else if (message instanceof Keep keep) {
                kept.add(keep.replyTo());
            } else if (message instanceof Release release) {
                kept.forEach(address -> address.tell(release.answer()));
            } else if (message instanceof Both both) {
                context.reply(both, "replied");
            }
        }
    }

    private static final class Durable implements StatefulHandler<Kept, Message> {
        @Override
        public Kept initialState(EntityId id) {
            return new Kept(List.of(), 0);
        }

        @Override
        public Effect<Kept> receive(Kept state, Message message, ActorContext<Message> context) {
            if (message instanceof Sum sum) {
                if (sum.one() < 0) {
                    return Effect.reject("too small");
                }
                Effect<Kept> counted = Effect.persist(new Kept(state.addresses(), state.sums() + 1));
                int result = sum.one() + sum.other();
                return result == 0 ? counted : counted.thenTell(sum.replyTo(), result);
            } else if (message instanceof Keep keep) {
                return Effect.persist(state.with(keep.replyTo()));
            } else if (message instanceof Release release) {
                Effect<Kept> told = Effect.persist(new Kept(List.of(), state.sums()));
                state.addresses().forEach(address -> told.thenTell(address, release.answer()));
                return told;
            } else if (message instanceof Both both) {
                var unused = both.replyTo().tell("by itself"); // a mistake
                return Effect.none();
            }
            return Effect.none();
        }
    }
}
