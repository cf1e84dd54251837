package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.MoveReport;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.Subscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** Spawned actors on a real log, and what their callers can do wrong. */
@Timeout(120)
class NamedActorsOnANodeTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Answers how often it was asked since it started. */
    static final class Clerk implements Handler<Diary.Note> {
        static final Kind<Diary.Note> KIND =
                Kind.of("clerk", Diary.Note.class, Clerk::new).spawnedAs(Clerk.class);

        private int asked;

        @Override
        public void receive(Diary.Note message, ActorContext<Diary.Note> context) {
            context.reply(message, ++asked);
        }
    }

    /** Nobody has a kind of it. */
    static final class Stranger implements Handler<Diary.Note> {
        @Override
        public void receive(Diary.Note message, ActorContext<Diary.Note> context) {
            throw new IllegalStateException("it is never made");
        }
    }

    @RegisterExtension
    static final SharedNodes NODES = new SharedNodes('s', 1, Clerk.KIND, Counter.KIND, Loner.KIND);

    private static ActorBuilder<Diary.Note> clerk(String name) {
        return NODES.node().actorOf(Clerk.class).withId(name);
    }

    @Test
    void theNamesAreListedInParts() {
        for (int i = 0; i < 5; i++) {
            clerk("listed-" + i).spawn();
        }
        ClusterActorSystem node = NODES.node();
        SpawnedPage first = node.spawnedActors("listed-", null, 3).join();
        assertThat(first.actors())
                .extracting(SpawnedPage.Entry::name)
                .containsExactly("listed-0", "listed-1", "listed-2");
        assertThat(first.actors()).allMatch(actor -> actor.kind().equals("clerk") && actor.spawnedAt() > 0);
        assertThat(first.next()).isEqualTo("listed-2");
        assertThat(node.despawn("listed-3").join()).isTrue();
        SpawnedPage second = node.spawnedActors("listed-", first.next(), 3).join();
        assertThat(second.actors()).extracting(SpawnedPage.Entry::name).containsExactly("listed-4");
        assertThat(second.next()).isNull();
        assertThat(second.revision()).isGreaterThan(first.revision());
        assertThat(node.spawnedActors("listed-4", null, 1).join().next()).isNull();
        assertThat(node.spawnedActors("nobody", null, 1).join().actors()).isEmpty();
        assertThatThrownBy(() -> node.spawnedActors("", null, 501))
                .hasMessage("limit (501) must be between 1 and 500: ask for the next part with what the page names as"
                        + " next");
    }

    @Test
    void anActorIsSpawnedOnceUnderItsName() {
        Pid<Diary.Note> clerk = clerk("my-actor").spawn();
        assertThat(clerk.ask(new Diary.Note("n"), LIMIT).join()).isEqualTo(1);
        assertThatThrownBy(() -> clerk("my-actor").spawn())
                .isInstanceOf(ActorNameTakenException.class)
                .hasMessage("the name my-actor is taken by an actor of kind clerk: choose another one, or despawn that"
                        + " actor first");
        assertThat(clerk.ask(new Diary.Note("n"), LIMIT).join()).isEqualTo(2);
        assertThat(NODES.node().despawn("my-actor").join()).isTrue();
        Pid<Diary.Note> next = clerk("my-actor").spawn();
        assertThat(next.ask(new Diary.Note("n"), LIMIT).join()).isEqualTo(1);
    }

    @Test
    void anActorIsMovedByItsName() {
        clerk("mover").spawn();
        MoveReport report = NODES.node().migrateActor("mover", "s1").join();
        assertThat(report.to()).isEqualTo("s1");
        assertThat(report.moved()).isTrue();
        assertThatThrownBy(() -> NODES.node().migrateActor("mover", "s9").join())
                .cause()
                .isInstanceOfSatisfying(
                        ClusterException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ClusterException.Code.UNKNOWN_NODE));
        assertThatThrownBy(() -> NODES.node().migrateActor("nobody", "s1").join())
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no actor is named nobody: spawn it first, or look with spawnedActors who there is");
    }

    @Test
    void theGuaranteeOfTheMessageGoesBeforeThatOfTheActorAndThatBeforeTheSystems(@TempDir Path directory) {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds(Clerk.KIND)) {
            ClusterActorSystem node = nodes.node("n1");
            Pid<Diary.Note> plain = node.actorOf(Clerk.class).withId("plain").spawn();
            Pid<Diary.Note> once = node.actorOf(Clerk.class)
                    .withId("once")
                    .withDeliveryGuarantee(DeliveryGuarantee.AT_MOST_ONCE)
                    .spawn();
            assertThat(plain.tell(new Diary.Note("n")).join()).isInstanceOf(SendOutcome.Processed.class);
            assertThat(once.tell(new Diary.Note("n")).join()).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(once.tell(new Diary.Note("n"), DeliveryGuarantee.EXACTLY_ONCE)
                            .join())
                    .isInstanceOf(SendOutcome.Processed.class);
            assertThat(tell(node.get("once").join().orElseThrow())).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(node.withDeliveryGuarantee(DeliveryGuarantee.AT_MOST_ONCE))
                    .isSameAs(node);
            assertThat(plain.tell(new Diary.Note("n")).join()).isInstanceOf(SendOutcome.Accepted.class);
            node.setDefaultDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE);
            assertThat(plain.tell(new Diary.Note("n")).join()).isInstanceOf(SendOutcome.Processed.class);
            assertThat(once.tell(new Diary.Note("n")).join()).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

    @SuppressWarnings("unchecked")
    private static SendOutcome tell(Pid<?> actor) {
        return ((Pid<Diary.Note>) actor).tell(new Diary.Note("n")).join();
    }

    /** With one unsettled message at a time most starts are refused at first. */
    @Test
    void manyActorsStartAlthoughTheirNodeIsBusyAndAgainWhenItIsStartedAgain(@TempDir Path directory) {
        try (Nodes nodes = new Nodes(directory, 1)) {
            ClusterActorSystem node = nodes.start(busy(nodes), Clerk.KIND).join();
            CompletableFuture<?>[] spawned = new CompletableFuture<?>[6];
            for (int i = 0; i < spawned.length; i++) {
                spawned[i] = node.actorOf(Clerk.class).withId("c" + i).spawnAsync();
            }
            CompletableFuture.allOf(spawned).join();
            await().atMost(LIMIT).until(() -> node.activeEntities() == spawned.length);
            nodes.stop("n1");
            ClusterActorSystem again = nodes.start(busy(nodes), Clerk.KIND).join();
            await().atMost(LIMIT).until(() -> again.activeEntities() == spawned.length);
        }
    }

    /** Lets nobody in while it works. */
    static final class Loner implements Handler<Diary.Note> {
        static final Kind<Diary.Note> KIND = Kind.of("loner", Diary.Note.class, Loner::new)
                .spawnedAs(Loner.class)
                .mailbox(1, Overflow.REJECT);
        static final CountDownLatch WORKS = new CountDownLatch(1);
        static final CountDownLatch WORK = new CountDownLatch(1);
        static final CountDownLatch ENDED = new CountDownLatch(1);

        @Override
        public void receive(Diary.Note message, ActorContext<Diary.Note> context) throws Exception {
            WORKS.countDown();
            assertThat(WORK.await(2 * LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void postStop(ActorContext<Diary.Note> context) {
            ENDED.countDown();
        }
    }

    @Test
    void anActorThatHadNoRoomForItsEndIsToldAgain() throws Exception {
        ClusterActorSystem node = NODES.node();
        Pid<Diary.Note> loner = node.actorOf(Loner.class).withId("hermit").spawn();
        List<CompletableFuture<SendOutcome>> told = new ArrayList<>();
        await().atMost(LIMIT).until(() -> {
            CompletableFuture<?> unused = loner.tell(new Diary.Note("n")); // no room, maybe, beside what starts it
            return Loner.WORKS.getCount() == 0;
        });
        do {
            told.add(loner.tell(new Diary.Note("n")));
        } while (told.stream().noneMatch(CompletableFuture::isDone));
        List<DeadLetter> letters = new CopyOnWriteArrayList<>();
        Subscription heard = node.onDeadLetter(letters::add);
        assertThat(node.despawn("hermit").join()).isTrue();
        await().atMost(LIMIT).until(() -> letters.size() >= 2); // it is refused, and once more
        heard.close();
        Loner.WORK.countDown();
        assertThat(Loner.ENDED.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private static ClusterConfig busy(Nodes nodes) {
        return nodes.config("n1").shards(1).maxUnsettled(1).build();
    }

    /** A node that owns nothing and has no log follows the names, too. */
    @Test
    void aClientSpawnsAndFindsActors() {
        Nodes nodes = NODES.nodes();
        ClusterActorSystem client =
                nodes.start(nodes.config("client").build(), Clerk.KIND).join();
        Pid<Diary.Note> clerk = client.actorOf(Clerk.class).withId("remote").spawn();
        assertThat(clerk.ask(new Diary.Note("n"), LIMIT).join()).isEqualTo(1);
        assertThat(client.actorExists("remote").join()).isTrue();
        assertThat(client.routeMessage("remote", new Diary.Note("n"), DeliveryGuarantee.AT_LEAST_ONCE)
                        .join())
                .isInstanceOf(SendOutcome.Processed.class);
        nodes.stop("client");
        ClusterActorSystem other =
                nodes.start(nodes.config("other").build(), Counter.KIND).join();
        assertThatThrownBy(() -> other.get("remote").join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("actor remote is of kind clerk, which node other does not have: give it to this"
                        + " node, too");
        nodes.stop("other");
    }

    @Test
    void whatCannotBeSpawnedIsNamed() {
        assertThatThrownBy(() -> NODES.node().actorOf(Stranger.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("node s1 has no kind whose actors are spawned as " + Stranger.class.getName() + " (it has ["
                        + Clerk.class.getName() + ", " + Loner.class.getName()
                        + "]): give it one on every node, made with"
                        + " Kind.of(...).spawnedAs(Stranger.class)");
        assertThatThrownBy(() -> NODES.node().actorOf(Clerk.class).spawn())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("an actor of kind clerk has no name: call withId before spawn");
        assertThatThrownBy(() -> clerk("a/b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the name of an actor must have 1 to ")
                .hasMessageEndingWith(" bytes without '/', not 'a/b'");
        assertThatThrownBy(() -> NODES.node().actorExists(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the name of an actor must have");
        interface Named extends Handler<Counter.Message> {}
        assertThatThrownBy(() -> Counter.KIND.spawnedAs(Named.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("durable kind counter cannot be spawned as " + Named.class.getName()
                        + ": a durable entity is there from its first message on, and for ever; use entity(kind, id)");
    }

    @Test
    void aKindOfJdkMessagesCannotBeSpawned() {
        interface Named extends Handler<String> {}
        Kind<String> strings = Kind.of("strings", String.class, () -> (message, context) -> {});
        assertThatThrownBy(() -> strings.spawnedAs(Named.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kind strings cannot be spawned as " + Named.class.getName()
                        + ": its messages are java.lang.String; give it a protocol of your own, such as a record");
    }

    @Test
    void twoKindsOfOneSetCannotBeSpawnedAsOneClass(@TempDir Path directory) {
        Kind<Diary.Note> other = Kind.of("other", Diary.Note.class, Clerk::new).spawnedAs(Clerk.class);
        try (Nodes nodes = new Nodes(directory, 1)) {
            assertThatThrownBy(() -> nodes.start(nodes.config("n1").build(), Clerk.KIND, other)
                            .join())
                    .hasCauseInstanceOf(ClusterException.class)
                    .hasMessageContaining("are both spawned as " + Clerk.class.getName()
                            + " in set default: put one of them into another set, or spawn the actors of both by one"
                            + " kind");
        }
    }

    @Test
    void aThreadThatOthersWaitForMustNotWaitForASpawn() {
        Thread mayWait = Thread.currentThread();
        Optional<Throwable> failure = Optional.empty();
        for (int i = 0; failure.isEmpty(); i++) {
            // What is spawned by now is told to this thread, and not to one of the node's: then once more.
            failure = clerk("first-" + i)
                    .spawnAsync()
                    .thenApply(pid -> Optional.of(Thread.currentThread())
                            .filter(thread -> thread != mayWait)
                            .map(thread -> catchThrowable(() -> clerk("second").spawn())))
                    .join();
        }
        assertThat(failure.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("actor second cannot be spawned by a thread that others wait for (troupe-s1-")
                .hasMessageEndingWith("): use spawnAsync");
        assertThat(NODES.node().actorExists("second").join()).isFalse();
    }
}
