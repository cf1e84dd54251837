package io.troupe.chaos.sim;

import java.util.Arrays;
import java.util.Objects;

import io.troupe.actors.ActorContext;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.QuorumLoss;
import io.troupe.actors.StatefulHandler;
import io.troupe.actors.internal.durable.CommitId;
import io.troupe.cluster.ShardSet;
import io.troupe.transport.kryo.KryoCodec;
import io.troupe.transport.kryo.MessageRegistry;

/**
 * The actors of the schedules, written as any user would: lists of the numbers that were appended, and volatile actors
 * whose runs are seen from outside.
 */
final class Entities implements StatefulHandler<Entities.Numbers, Entities.Message> {
    static final String PREFIX = "entity/";

    /** What a list takes; each is answered with its length. */
    sealed interface Message extends Query<Integer> {}

    record Append(int number) implements Message {}

    record Refuse(int number) implements Message {}

    record Read(int number) implements Message {}

    /** What a volatile actor takes. */
    sealed interface Note {
        int number();
    }

    /** Told, and not answered: how it ended may be said together with others. */
    record Hint(int number) implements Note {}

    /** Answered with its number. */
    record Question(int number) implements Note, Query<Integer> {}

    @SuppressWarnings("ArrayRecordComponent") // never changed
    record Numbers(int[] numbers) {}

    static final MessageRegistry REGISTRY = MessageRegistry.builder()
            .add(1000, Append.class)
            .add(1001, Refuse.class)
            .add(1002, Read.class)
            .add(1003, Numbers.class)
            .add(1004, Hint.class)
            .add(1005, Question.class)
            .build();

    private static final KryoCodec CODEC = new KryoCodec(REGISTRY);

    static final Kind<Message> KIND = Kind.durable("list", Message.class, Numbers.class, Entities::new);

    /** Sees the runs of the volatile actors; a simulation has one thread. */
    private static final ThreadLocal<Oracle> OUTSIDE = new ThreadLocal<>();

    /** In a set of its own, so that shards of two sets move. */
    static final Kind<Note> NOTES = Kind.of("note", Note.class, () -> (Handler<Note>) Entities::run)
            .in(ShardSet.of("notes", 3).by(ShardSet.Strategy.LEAST_LOAD))
            .nonBlocking();

    /** The same, but they go on where they are when their node is cut off. */
    static final Kind<Note> FEEDS = Kind.of("feed", Note.class, () -> (Handler<Note>) Entities::run)
            .in(ShardSet.of("feeds", 2))
            .onQuorumLoss(QuorumLoss.CONTINUE_UNFENCED);

    private static void run(Note note, ActorContext<Note> context) {
        Objects.requireNonNull(OUTSIDE.get()).onRun(note.number(), context.fencingToken(), context.isOwner());
        if (note instanceof Question question) {
            context.reply(question, question.number());
        }
    }

    static void outside(Oracle oracle) {
        OUTSIDE.set(oracle);
    }

    @Override
    public Numbers initialState(EntityId id) {
        return new Numbers(new int[0]);
    }

    @Override
    public Effect<Numbers> receive(Numbers state, Message message, ActorContext<Message> context) {
        if (message instanceof Append append) {
            int[] longer = Arrays.copyOf(state.numbers(), state.numbers().length + 1);
            longer[longer.length - 1] = append.number();
            return Effect.persist(new Numbers(longer)).thenReply(append, longer.length);
        }
        return message instanceof Read read
                ? Effect.<Numbers>none().thenReply(read, state.numbers().length)
                : refuse(((Refuse) message).number());
    }

    /** Half of what is not wanted is refused, the other half is poison. */
    private static Effect<Numbers> refuse(int number) {
        if (number % 2 == 0) {
            throw new IllegalStateException("poison");
        }
        return Effect.reject("refused");
    }

    static String id(int entity) {
        return "e" + entity;
    }

    static int entityOf(String key) {
        return key.charAt(key.length() - 1) - '0';
    }

    static int[] numbers(byte[] stored) {
        return ((Numbers) CODEC.decode(stored, CommitId.LENGTH, stored.length - CommitId.LENGTH)).numbers();
    }
}
