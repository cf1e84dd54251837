package io.troupe.actors;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.cluster.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A place takes the right to run away for a while, as a lease that is late does; only the parent hears that it is back.
 */
@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class HeldUpChildrenTest {
    private final ActorRuntime runtime = new ActorRuntime(Cluster.threads("held"));
    private final LocalActorSystem system = ActorSystem.create("held-system");
    private final LocalActors actors = new LocalActors(system, "held", runtime);
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final AtomicReference<Pid<String>> grandchild = new AtomicReference<>();
    private final AtomicInteger ended = new AtomicInteger();
    private volatile boolean mayRun = true;

    private final Home place = new Home() {
        @Override
        public boolean mayRun() {
            return mayRun;
        }

        @Override
        public boolean isHeld() {
            return true;
        }

        @Override
        public long epoch() {
            return 1;
        }

        @Override
        public void enter() {}

        @Override
        public void leave() {
            ended.incrementAndGet();
        }

        @Override
        public boolean remove(Cell cell) {
            return true;
        }

        @Override
        public void wakeSoon(Cell cell) {}
    };

    private final Handler<String> parent = new Handler<>() {
        @Override
        public void preStart(ActorContext<String> context) {
            context.spawnLocal("child", new Handler<String>() {
                @Override
                public void preStart(ActorContext<String> own) {
                    grandchild.set(own.spawnLocal("grandchild", (String message, ActorContext<String> last) -> {
                        seen.add(message);
                    }));
                }

                @Override
                public void receive(String message, ActorContext<String> own) {}
            });
        }

        @Override
        public void receive(String message, ActorContext<String> context) {}
    };

    @AfterEach
    void close() {
        actors.stop();
        runtime.close();
        system.close();
    }

    @Test
    void whatWaitsBelowGoesOnWhenTheParentMayRunAgain() {
        LocalCell<String> top =
                new LocalCell<>(new EntityId("held", "top"), place, actors.withoutKind(), parent, actors);
        top.wake();
        await().until(() -> grandchild.get() != null);
        Pid<String> pid = Objects.requireNonNull(grandchild.get());
        pid.tell("before");
        await().until(() -> seen.contains("before"));
        mayRun = false;
        int turns = ended.get();
        pid.tell("while it may not");
        await().until(() -> ended.get() > turns); // it has looked, and may not
        pid.tell("too");
        assertThat(seen).containsExactly("before");
        mayRun = true;
        top.wake();
        await().untilAsserted(() -> assertThat(seen).containsExactly("before", "while it may not", "too"));
        top.end();
        await().until(() -> !top.hasEnd());
    }
}
