package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.TransportException;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Addresses of entities go wherever messages and states go, and mean the same there; those of local actors stay. */
@Timeout(120)
class AddressesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    sealed interface Message permits Follow, Followers, Publish, Hear, Heard, Take {}

    /** Whoever is told from now on. */
    record Follow(Pid<Message> follower) implements Message {}

    record Followers() implements Message, Query<Addressed> {}

    record Addressed(List<Pid<Message>> followers) {}

    record Publish(String text) implements Message {}

    record Hear(String text) implements Message {}

    record Heard() implements Message, Query<Texts> {}

    record Texts(List<String> texts) {}

    /** Any address at all. */
    record Take(Pid<?> address) implements Message {}

    /** Keeps addresses in its state, over moves and restarts. */
    private static final Kind<Message> PAPER =
            Kind.durable("paper", Message.class, Addressed.class, () -> new StatefulHandler<Addressed, Message>() {
                @Override
                public Addressed initialState(EntityId id) {
                    return new Addressed(List.of());
                }

                @Override
                public Effect<Addressed> receive(Addressed state, Message message, ActorContext<Message> context) {
                    if (message instanceof Follow follow) {
                        List<Pid<Message>> more = new ArrayList<>(state.followers());
                        more.add(follow.follower());
                        return Effect.persist(new Addressed(more));
                    } else if (message instanceof Followers query) {
                        return Effect.<Addressed>none().thenReply(query, state);
                    } else if (message instanceof Publish publish) {
                        Effect<Addressed> told = Effect.persist(state);
                        state.followers().forEach(follower -> told.thenTell(follower, new Hear(publish.text())));
                        return told;
                    }
                    return Effect.none();
                }
            });

    private static final Kind<Message> READER =
            Kind.durable("reader", Message.class, Texts.class, () -> new StatefulHandler<Texts, Message>() {
                @Override
                public Texts initialState(EntityId id) {
                    return new Texts(List.of());
                }

                @Override
                public Effect<Texts> receive(Texts state, Message message, ActorContext<Message> context) {
                    if (message instanceof Hear hear) {
                        List<String> more = new ArrayList<>(state.texts());
                        more.add(hear.text());
                        return Effect.persist(new Texts(more));
                    } else if (message instanceof Heard query) {
                        return Effect.<Texts>none().thenReply(query, state);
                    }
                    return Effect.none();
                }
            });

    private static final MessageRegistry CLASSES = MessageRegistry.builder()
            .add(1000, Follow.class)
            .add(1001, Followers.class)
            .add(1002, Addressed.class)
            .add(1003, Publish.class)
            .add(1004, Hear.class)
            .add(1005, Heard.class)
            .add(1006, Texts.class)
            .add(1007, Take.class)
            .build();

    @TempDir
    Path directory;

    private ClusterActorSystem start(Nodes nodes, String id, Kind<?>... kinds) {
        return ClusterActorSystem.start(nodes.config(id).build(), CLASSES, kinds)
                .join();
    }

    @Test
    void anAddressIsSentStoredAndSentBackAndIsTheSame() throws Exception {
        try (Nodes nodes = new Nodes(directory, 1)) {
            Pid<Message> ann;
            try (ClusterActorSystem first = start(nodes, "n1", PAPER, READER)) {
                Pid<Message> paper = first.entity(PAPER, "times");
                ann = first.entity(READER, "ann");
                Pid<Message> bob = first.entity(READER, "bob");
                assertThat(paper.tell(new Follow(ann)).join()).isInstanceOf(SendOutcome.Committed.class);
                assertThat(paper.tell(new Follow(bob)).join()).isInstanceOf(SendOutcome.Committed.class);
                assertThat(paper.ask(new Followers(), LIMIT).join().followers()).containsExactly(ann, bob);
            }
            try (ClusterActorSystem again = start(nodes, "n1", PAPER, READER)) {
                Pid<Message> paper = again.entity(PAPER, "times");
                List<Pid<Message>> kept =
                        paper.ask(new Followers(), LIMIT).join().followers();
                assertThat(kept).hasSize(2);
                assertThat(kept.get(0).entity()).isEqualTo(ann.entity());
                assertThat(kept.get(0).system()).isSameAs(again);
                assertThat(paper.tell(new Publish("news")).join()).isInstanceOf(SendOutcome.Committed.class);
                for (Pid<Message> follower : kept) {
                    await().atMost(LIMIT)
                            .until(() -> follower.ask(new Heard(), LIMIT)
                                    .join()
                                    .texts()
                                    .equals(List.of("news")));
                }
            }
        }
    }

    /** A system that is not started reads and writes messages, too. */
    private ClusterActorSystem idle(Nodes nodes, String id, Kind<?>... kinds) {
        return ClusterActorSystem.create(Cluster.threads(id), nodes.config(id).build(), CLASSES, kinds);
    }

    @Test
    void theGuaranteeOfASpawnGoesWithTheAddress() throws Exception {
        try (Nodes nodes = new Nodes(directory, 1);
                ClusterActorSystem system = idle(nodes, "n1", READER)) {
            for (DeliveryGuarantee usual : DeliveryGuarantee.values()) {
                EntityPid<Message> pid = new EntityPid<>(READER, new EntityId("reader", "ann"), system, usual);
                assertThat(read(system, system.messages().encode(new Take(pid))).usual())
                        .isEqualTo(usual);
            }
            EntityPid<?> plain = read(system, system.messages().encode(new Take(system.entity(READER, "\u00e4"))));
            assertThat(plain.usual()).isNull();
            assertThat(plain).isEqualTo(system.entity(READER, "\u00e4"));
        }
    }

    private static EntityPid<?> read(ClusterActorSystem system, byte[] message) {
        return EntityPid.of(((Take) system.messages().decode(message, 0)).address());
    }

    @Test
    void whoDoesNotKnowTheKindCannotReadTheAddress() throws Exception {
        try (Nodes nodes = new Nodes(directory, 1);
                ClusterActorSystem knows = idle(nodes, "n1", READER);
                ClusterActorSystem other = idle(nodes, "c1", PAPER)) {
            byte[] message = knows.messages().encode(new Take(knows.entity(READER, "ann")));
            assertThatThrownBy(() -> read(other, message))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("node c1 knows no kind named reader, and so not where reader/ann is: start it"
                            + " with that kind, which it need not run for that");
        }
    }

    @Test
    void bytesThatAreNoAddressAreRefused() throws Exception {
        try (Nodes nodes = new Nodes(directory, 1);
                ClusterActorSystem system = idle(nodes, "n1", READER)) {
            byte[] whole = system.messages().encode(new Take(system.entity(READER, "a")));
            // The end of the message: guarantee, length of the name, the name, the id.
            int start = whole.length - "reader".length() - 3;
            assertThat(whole[start]).isZero();
            assertThat(whole[start + 1]).isEqualTo((byte) "reader".length());
            assertThatThrownBy(() -> read(system, changed(whole, start, 4)))
                    .hasMessageContaining("the address of an entity has 9 bytes, guarantee 4 and a kind of 6 bytes");
            assertThatThrownBy(() -> read(system, changed(whole, start + 1, 8)))
                    .hasMessageContaining("and a kind of 8 bytes, which cannot be");
            assertThatThrownBy(() -> read(system, changed(whole, start + 1, 7)))
                    .hasMessageContaining("knows no kind named readera");
            assertThatThrownBy(() -> read(system, changed(whole, start + 2, 'R')))
                    .hasMessageContaining("knows no kind named Reader");
        }
    }

    private static byte[] changed(byte[] bytes, int place, int value) {
        byte[] changed = bytes.clone();
        changed[place] = (byte) value;
        return changed;
    }

    @Test
    void theAddressOfALocalActorStaysInItsProcess() throws Exception {
        try (Nodes nodes = new Nodes(directory, 1);
                ClusterActorSystem system = idle(nodes, "n1", READER);
                ActorSystem local = ActorSystem.create("local")) {
            CompletableFuture<Pid<Integer>> answer = new CompletableFuture<>();
            Handler<Pid<Integer>> handler = (address, context) -> answer.complete(address);
            Pid<Pid<Integer>> clerk = local.spawn(handler, "clerk");
            CompletableFuture<Integer> unused = clerk.ask(me -> me, LIMIT);
            assertThatThrownBy(() -> system.entity(READER, "ann").tell(new Take(clerk)))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("is the address of an actor of this process alone, which nobody else can"
                            + " reach: send that of an entity");
            assertThatThrownBy(() -> system.entity(READER, "ann").tell(new Take(answer.join())))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("is the address for an answer to an actor of this process alone");
        }
    }
}
