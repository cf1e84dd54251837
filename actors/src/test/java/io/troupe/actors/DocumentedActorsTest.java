package io.troupe.actors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.troupe.cluster.SendOutcome;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The code of {@code docs/actors.md} is this code, and does what the page says. */
@Timeout(120)
class DocumentedActorsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    static final class Door implements Handler<Door.Message> {
        sealed interface Message permits Enter, Open, Close {}

        record Enter(String who) implements Message, Query<Integer> {}

        record Open() implements Message {}

        record Close() implements Message {}

        static final Kind<Message> KIND = Kind.of("door", Message.class, Door::new)
                .passivateAfter(Duration.ofMinutes(10))
                .maxActive(100_000)
                .mailbox(1_000, Overflow.DROP_OLDEST)
                .restarts(new RestartLimit(5, Duration.ofMinutes(1), Duration.ofMillis(10), Duration.ofSeconds(1)));

        private boolean open;
        private int entered;

        @Override
        public void receive(Message message, ActorContext<Message> context) {
            if (message instanceof Enter enter) {
                if (open) {
                    context.reply(enter, ++entered);
                } else {
                    context.stash();
                }
            } else if (message instanceof Open) {
                open = true;
                context.unstashAll();
                context.schedule("close", Duration.ofSeconds(30), new Close());
            } else {
                open = false;
            }
        }

        @Override
        public Supervision onError(Message message, Throwable failure, ActorContext<Message> context) {
            return message instanceof Enter ? Supervision.RESUME : Supervision.RESTART;
        }
    }

    record Mailer(Path outbox) implements Handler<Mailer.Send> {
        record Send(String to) {}

        static Kind<Send> kind(Path outbox, Executor threads) {
            return Kind.of("mailer", Send.class, () -> new Mailer(outbox)).on(threads);
        }

        @Override
        public void receive(Send message, ActorContext<Send> context) throws IOException {
            Files.writeString(outbox.resolve(message.to()), "welcome"); // waits for the disk
        }
    }

    record Price(long cents) implements Handler<Price.Get> {
        record Get() implements Query<Long> {}

        static final Kind<Get> KIND =
                Kind.of("price", Get.class, () -> new Price(100)).nonBlocking();

        @Override
        public void receive(Get message, ActorContext<Get> context) {
            context.reply(message, cents);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
    static final class Team implements Handler<Team.Job> {
        sealed interface Job permits Work, Gone {}

        record Work(String what) implements Job {}

        record Gone(String name) implements Job {}

        private final List<String> log;
        private int hired;

        Team(List<String> log) {
            this.log = log;
        }

        @Override
        public void receive(Job message, ActorContext<Job> context) {
            if (message instanceof Work work) {
                String name = "worker-" + ++hired;
                Pid<String> worker = context.spawnLocal(name, (task, own) -> {
                    log.add(name + " does " + task);
                    own.passivate(); // its only task is done
                });
                context.watch(worker, new Gone(name));
                worker.tell(work.what());
            } else if (message instanceof Gone gone) {
                log.add(gone.name() + " is gone");
            }
        }
    }

    @Test
    void thePagesTeamHearsOfTheEndsOfItsWorkers() {
        List<String> log = new CopyOnWriteArrayList<>();
        try (ActorSystem system = ActorSystem.create("team")) {
            Pid<Team.Job> team = system.spawn(new Team(log), "team");
            assertThat(team.tell(new Team.Work("this")).join()).isEqualTo(new SendOutcome.Accepted());
            await().untilAsserted(() -> assertThat(log).containsExactly("worker-1 does this", "worker-1 is gone"));
        }
    }

    static final class Greeter implements Handler<Greeter.Greet> {
        record Greet(String whom) implements Query<String> {}

        static final Kind<Greet> KIND =
                Kind.of("greeter", Greet.class, Greeter::new).spawnedAs(Greeter.class);

        @Override
        public void receive(Greet message, ActorContext<Greet> context) {
            context.reply(message, "hello " + message.whom());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
    static List<Integer> countWithoutACluster() {
        record Add(int number) {}
        record Sum() implements Query<Integer> {}
        final class Adder implements Handler<Object> {
            private int sum;

            @Override
            public void receive(Object message, ActorContext<Object> context) {
                if (message instanceof Add add) {
                    sum += add.number();
                } else if (message instanceof Sum question) {
                    context.reply(question, sum);
                }
            }
        }
        try (ActorSystem system = ActorSystem.create("counting")) {
            Pid<Object> adder = system.spawn(new Adder(), "adder");
            adder.tell(new Add(2));
            adder.tell(new Add(3));
            return List.of(adder.ask(new Sum(), Duration.ofSeconds(10)).join());
        }
    }

    @Test
    void thePagesLocalActorCounts() {
        assertThat(countWithoutACluster()).containsExactly(5);
    }

    @Test
    void theCodeOfThePageIsCompiledHere() throws IOException {
        String page = Files.readString(Path.of("../docs/actors.md"));
        String here = Files.readString(Path.of("src/test/java/io/troupe/actors/DocumentedActorsTest.java"));
        Matcher code = Pattern.compile("(?s)```java\n(.*?)```").matcher(page);
        int blocks = 0;
        for (; code.find(); blocks++) {
            assertThat(withoutLayout(here)).contains(withoutLayout(code.group(1)));
        }
        assertThat(blocks).isEqualTo(6);
    }

    private static String withoutLayout(String code) {
        return code.replaceAll("\\s+", "").replace("staticfinalclass", "finalclass");
    }

    @Test
    void theActorsOfThePageWork(@TempDir Path directory) throws IOException {
        MessageRegistry messages = MessageRegistry.builder()
                .add(1000, Door.Enter.class)
                .add(1001, Door.Open.class)
                .add(1002, Door.Close.class)
                .add(1003, Mailer.Send.class)
                .add(1004, Greeter.Greet.class)
                .add(1005, Price.Get.class)
                .build();
        ExecutorService threads = Executors.newCachedThreadPool();
        Kind<Mailer.Send> mailer = Mailer.kind(directory, threads);
        try (ClusterActorSystem system = ClusterActorSystem.start(
                        new Nodes(directory, 1).config("n1").build(),
                        messages,
                        Door.KIND,
                        mailer,
                        Price.KIND,
                        Greeter.KIND)
                .join()) {
            Pid<Door.Message> door = system.entity(Door.KIND, "front");
            CompletableFuture<Integer> early = door.ask(new Door.Enter("ann"), LIMIT);
            door.tell(new Door.Open()).join();
            assertThat(early.join()).isEqualTo(1);
            assertThat(door.ask(new Door.Enter("bob"), LIMIT).join()).isEqualTo(2);
            assertThat(system.entity(mailer, "m").tell(new Mailer.Send("ann")).join())
                    .isInstanceOf(SendOutcome.Processed.class);
            assertThat(directory.resolve("ann")).hasContent("welcome");
            assertThat(system.entity(Price.KIND, "tea")
                            .ask(new Price.Get(), LIMIT)
                            .join())
                    .isEqualTo(100);
            Pid<Greeter.Greet> greeter =
                    system.actorOf(Greeter.class).withId("my-actor").spawn();
            assertThat(greeter.ask(new Greeter.Greet("ann"), LIMIT).join()).isEqualTo("hello ann");
        } finally {
            threads.shutdownNow();
        }
    }
}
