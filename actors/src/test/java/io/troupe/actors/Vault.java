package io.troupe.actors;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import io.troupe.transport.kryo.MessageRegistry;

/** Holds money; vaults of one bank, the part of the id before the slash, share a shard. */
final class Vault implements StatefulHandler<Vault.State, Vault.Message> {
    sealed interface Message {}

    record Put(long cents) implements Message {}

    record Take(long cents) implements Message, Query<Long> {}

    record Look() implements Message, Query<State> {}

    /** To do something that a state and a sum do not show. */
    record Act(String what) implements Message {}

    /** An answer, or a state, with so many bytes. */
    record Fill(int answer, int state) implements Message, Query<String> {}

    record State(long cents, int changes, String filling) {
        State plus(long more) {
            return new State(cents + more, changes + 1, filling);
        }
    }

    static final State EMPTY = new State(0, 0, "");
    static final Kind<Message> KIND =
            Kind.durable("vault", Message.class, State.class, Vault::new).shardBy(Vault::bank);
    /** Small mailboxes. */
    static final Kind<Message> SLOT = Kind.durable("slot", Message.class, State.class, Vault::new)
            .colocateWith(KIND)
            .mailbox(1, Overflow.REJECT);

    static final Kind<Message> CHUTE = Kind.durable("chute", Message.class, State.class, Vault::new)
            .colocateWith(KIND)
            .mailbox(1, Overflow.DROP_OLDEST);

    /** Handlers that wait until a test lets them go on; by the id of the entity. */
    static final Map<String, CountDownLatch> GATES = new ConcurrentHashMap<>();

    /** Those of them that wait now. */
    static final Set<String> WAITING = ConcurrentHashMap.newKeySet();

    static String bank(String id) {
        return id.substring(0, Math.max(id.indexOf('/'), 0));
    }

    static MessageRegistry.Builder register(MessageRegistry.Builder registry) {
        return registry.add(1201, Put.class)
                .add(1202, Take.class)
                .add(1203, Look.class)
                .add(1204, Act.class)
                .add(1205, Fill.class)
                .add(1206, State.class);
    }

    @Override
    public State initialState(EntityId id) {
        return EMPTY;
    }

    @Override
    public Effect<State> receive(State state, Message message, ActorContext<Message> context) throws Exception {
        if (message instanceof Put put) {
            return Effect.persist(state.plus(put.cents()));
        } else if (message instanceof Take take) {
            return take.cents() > state.cents()
                    ? Effect.reject("only " + state.cents())
                    : Effect.persist(state.plus(-take.cents())).thenReply(take, state.cents() - take.cents());
        } else if (message instanceof Look look) {
            return Effect.<State>none().thenReply(look, state);
        } else if (message instanceof Fill fill) {
            String filling = "x".repeat(fill.state());
            return (filling.isEmpty()
                            ? Effect.<State>none()
                            : Effect.persist(new State(state.cents(), state.changes(), filling)))
                    .thenReply(fill, "y".repeat(fill.answer()));
        }
        return act(state, ((Act) message).what(), context);
    }

    private static Effect<State> act(State state, String what, ActorContext<Message> context) throws Exception {
        Pid<Message> savings = context.entity(KIND, context.self().actorId() + "-savings");
        switch (what) {
            case "send" -> {
                return Effect.persist(state.plus(0)).thenTell(savings, new Put(1));
            }
            case "fill" -> {
                return Effect.persist(state.plus(0)).thenTell(savings, new Fill(60_000, 0));
            }
            case "remind" -> {
                return Effect.persist(state.plus(0)).thenRemind("later", Duration.ofMillis(1), new Put(100));
            }
            case "delete" -> {
                return Effect.delete();
            }
            case "pass" -> {
                WAITING.add(context.self().actorId());
                return Effect.persist(state.plus(1));
            }
            case "wait" -> {
                WAITING.add(context.self().actorId());
                Objects.requireNonNull(GATES.get(context.self().actorId())).await();
                return Effect.none();
            }
            case "nest" -> {
                var unused = ((ClusterActorSystem) context.self().system())
                        .transaction()
                        .with(savings, new Put(1))
                        .commit();
                return Effect.none();
            }
            default -> throw new IllegalStateException("vault on fire");
        }
    }
}
