package io.troupe.actors;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.troupe.actors.Scribe.Hold;
import io.troupe.actors.Scribe.Note;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import org.junit.jupiter.api.AfterEach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A system without a cluster whose actors write down what they hear. */
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
abstract class LocalActorsFixture {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final RestartLimit AT_ONCE = new RestartLimit(3, Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);

    final List<Scribe> scribes = new CopyOnWriteArrayList<>();
    final Kind<Note> kind = Kind.of("scribe", Note.class, () -> {
                Scribe scribe = new Scribe();
                scribes.add(scribe);
                return scribe;
            })
            .restarts(AT_ONCE);
    final List<DeadLetter> dead = new CopyOnWriteArrayList<>();
    final List<String> heard = new CopyOnWriteArrayList<>();
    final LocalActorSystem system;
    private final String threads;

    /** The name is the class's own: two classes run at a time, and each looks for its threads. */
    LocalActorsFixture(String name) {
        system = ActorSystem.create(name);
        threads = "troupe-" + name + "-";
        system.onDeadLetter(dead::add);
    }

    @AfterEach
    void nothingStaysBehind() {
        system.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith(threads))
                .isEmpty());
    }

    static NotExecuted notExecuted(Reason reason) {
        return new NotExecuted(reason);
    }

    /** An actor that is handling a message until the latch is down. */
    final Pid<Note> blocked(Kind<Note> of, CountDownLatch latch) throws InterruptedException {
        Pid<Note> pid = system.spawn(of, "full");
        CountDownLatch inside = new CountDownLatch(1);
        pid.tell(new Hold(latch, inside));
        inside.await();
        return pid;
    }
}
