package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Local actors beside and below the entities of a node. */
@Timeout(120)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class LocalActorsOnANodeTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final NotExecuted ENDED = new NotExecuted(Reason.ENDED);
    private static final String CHILD = "child";

    @TempDir
    Path directory;

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final AtomicReference<Pid<String>> child = new AtomicReference<>();

    /** An entity with one child, which leaves its failures to it. */
    private final class Parent implements Handler<Echo.Message> {
        @Override
        public void preStart(ActorContext<Echo.Message> context) {
            Pid<String> spawned = context.spawnLocal(CHILD, new Handler<>() {
                @Override
                public void preStart(ActorContext<String> own) {
                    seen.add("child starts");
                }

                @Override
                public void receive(String message, ActorContext<String> own) {
                    seen.add(message + " by epoch " + Math.min(1, own.fencingToken()));
                    if (message.equals("fail")) {
                        throw new IllegalStateException("told to");
                    }
                }

                @Override
                public Supervision onError(String message, Throwable failure, ActorContext<String> own) {
                    return Supervision.ESCALATE;
                }

                @Override
                public void postStop(ActorContext<String> own) {
                    seen.add("child stops");
                }
            });
            context.watch(spawned, new Echo.Count());
            child.set(spawned);
        }

        @Override
        public void receive(Echo.Message message, ActorContext<Echo.Message> context) {
            if (message instanceof Echo.Say say) {
                if (say.text().equals("leave")) {
                    context.passivate();
                }
                context.reply(say, context.self() + " over " + child());
            } else {
                seen.add("parent hears of the end");
            }
        }

        @Override
        public Supervision onChildFailure(Pid<?> failed, Throwable failure, ActorContext<Echo.Message> context) {
            seen.add("parent decides on " + failed);
            return Supervision.ESCALATE;
        }

        @Override
        public void postStop(ActorContext<Echo.Message> context) {
            seen.add("parent stops");
        }
    }

    private Pid<String> child() {
        return Objects.requireNonNull(child.get());
    }

    private final Kind<Echo.Message> parents = Kind.of("parent", Echo.Message.class, Parent::new);
    private Nodes nodes;
    private ClusterActorSystem node;

    @BeforeEach
    void start() {
        nodes = new Nodes('l', directory, 1);
        node = nodes.start(nodes.config("l1").build(), parents, Echo.KIND).join();
    }

    @AfterEach
    void stop() {
        nodes.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("troupe-l1-"))
                .isEmpty());
    }

    @Test
    void aNodeSpawnsLocalActorsBesideItsEntities() {
        Pid<String> local = node.spawn((message, context) -> seen.add(message), "a");
        assertThat(local.tell("hello").join()).isEqualTo(new SendOutcome.Accepted());
        Pid<Echo.Message> echo = node.spawn(Echo.KIND, "e");
        assertThat(echo.ask(new Echo.Say("x"), LIMIT).join()).isEqualTo("e says x");
        assertThat(node.activeEntities()).isZero();
        await().untilAsserted(() -> assertThat(seen).containsExactly("hello"));
        String hint =
                " is an actor of this process alone: it has no shard, lives here as long as it lives, and cannot move;"
                        + " use an entity for what should";
        assertThatThrownBy(() -> node.whereIs(local))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("local/a" + hint);
        assertThatThrownBy(() -> node.migrate(echo, "l1", LIMIT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("echo/e" + hint);
    }

    @Test
    void anEntitysChildrenLiveAndDieWithItsActivation() {
        Pid<Echo.Message> parent = node.entity(parents, "p");
        assertThat(parent.ask(new Echo.Say("x"), LIMIT).join()).isEqualTo("parent/p over parent/p/child");
        Pid<String> first = child();
        assertThat(first.tell("hello").join()).isEqualTo(new SendOutcome.Accepted());
        await().until(() -> seen.contains("hello by epoch 1"));
        parent.ask(new Echo.Say("leave"), LIMIT).join();
        await().untilAsserted(() -> assertThat(node.activeEntities()).isZero());
        await().untilAsserted(() ->
                assertThat(seen).containsExactly("child starts", "hello by epoch 1", "parent stops", "child stops"));
        assertThat(first.tell("late").join()).isEqualTo(ENDED);
        assertThat(parent.ask(new Echo.Say("x"), LIMIT).join()).isEqualTo("parent/p over parent/p/child");
        assertThat(child()).isNotSameAs(first);
    }

    @Test
    void anEntityHearsOfTheFailureAndTheEndOfItsChild() {
        Pid<Echo.Message> parent = node.entity(parents, "p");
        parent.ask(new Echo.Say("x"), LIMIT).join();
        child().tell("fail");
        await().untilAsserted(() -> assertThat(node.activeEntities()).isZero());
        await().untilAsserted(() -> assertThat(seen)
                .containsExactlyInAnyOrder(
                        "child starts",
                        "fail by epoch 1",
                        "parent decides on parent/p/child",
                        "child stops",
                        "parent stops"));
    }

    @Test
    void aWatchingEntityStaysInTheMemoryAndHearsOfAnEnd() {
        Pid<Echo.Message> parent = node.entity(parents, "p");
        parent.ask(new Echo.Say("x"), LIMIT).join();
        CountDownLatch ended = new CountDownLatch(1);
        Pid<String> watcher = node.spawn(
                (message, context) -> {
                    if (message.equals("watch")) {
                        context.watch(child(), "over");
                    } else {
                        ended.countDown();
                    }
                },
                "w");
        watcher.tell("watch");
        parent.ask(new Echo.Say("leave"), LIMIT).join();
        assertThat(ended).satisfies(CountDownLatch::await);
        assertThat(seen).doesNotContain("parent hears of the end"); // its watch ended with its handler
        AtomicReference<Throwable> refused = new AtomicReference<>();
        CompletableFuture<Void> tried = new CompletableFuture<>();
        node.spawn(
                        (String message, ActorContext<String> context) -> {
                            try {
                                context.watch(parent, "over");
                            } catch (IllegalArgumentException e) {
                                refused.set(e);
                            }
                            tried.complete(null);
                        },
                        "v")
                .tell("try");
        tried.join();
        assertThat(refused.get())
                .hasMessage(
                        "local/v cannot watch parent/p: an entity has no end, it leaves the memory and comes back; ask"
                                + " it, or watch local actors");
    }

    @Test
    void aClosedNodeEndsItsLocalActorsAndAnswersNoAsk() {
        Pid<Echo.Message> parent = node.entity(parents, "p");
        parent.ask(new Echo.Say("x"), LIMIT).join();
        Pid<String> local = node.spawn(
                new Handler<>() {
                    @Override
                    public void receive(String message, ActorContext<String> context) {
                        seen.add("local hears " + message);
                    }

                    @Override
                    public void postStop(ActorContext<String> context) {
                        seen.add("local stops");
                    }
                },
                "a");
        local.tell("x");
        await().until(() -> seen.containsAll(List.of("child starts", "local hears x"))); // only who has started stops
        nodes.stop("l1");
        assertThat(seen).contains("local stops", "child stops", "parent stops");
        assertThat(local.tell("late").join()).isEqualTo(new NotExecuted(Reason.CLOSED));
        assertThat(child().tell("late").join()).isEqualTo(new NotExecuted(Reason.CLOSED));
        assertThatThrownBy(() -> node.spawn(Echo.KIND, "late"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("system l1 is being stopped: it cannot spawn echo/late");
    }
}
