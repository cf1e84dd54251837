package io.troupe.metadata.internal.follow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.state.Applied;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.internal.watch.WatchHub.Changes;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever is lost and whichever voter stops, a follower has the followed keys and has missed no change of them. */
class FollowSimulationTest {
    private static final long TICK_NS = 50_000_000;
    private static final List<String> PREFIXES = List.of("a/", "c/");
    private static final AtomicInteger RESYNCS = new AtomicInteger();
    private static final AtomicInteger CHANGES = new AtomicInteger();

    /** A replica: applies a prefix of the one log, keeps a short event log, and may be down. */
    private static final class Replica implements FollowStreams.Source {
        final MetadataState state = new MetadataState();
        final List<WatchEvent> events = new ArrayList<>();
        final FollowStreams streams;
        long firstRetained = 1;
        int applied;
        boolean down;

        Replica(FollowStreams.Output output) {
            streams = new FollowStreams(TICK_NS, this, output);
        }

        @Override
        public StateView view() {
            return state.view();
        }

        @Override
        public @Nullable Changes changes(long next) {
            if (next < firstRetained) {
                return null;
            }
            return new Changes(
                    events.stream().filter(event -> event.revision() >= next).toList(),
                    Math.max(next, view().revision() + 1),
                    view());
        }

        void forget(int keep) {
            while (events.size() > keep) {
                firstRetained = events.remove(0).revision() + 1;
            }
        }
    }

    /** What a watcher of the follower knows: it applies every change it is told to what it last read. */
    private final class Follower implements FollowProtocol.Output {
        FollowProtocol protocol;
        FollowedView view = FollowedView.empty(PREFIXES);
        final Map<String, Long> told = new TreeMap<>();

        Follower() {
            protocol = new FollowProtocol(List.of("n1", "n2", "n3"), PREFIXES, TICK_NS, random.nextInt(), this);
        }

        @Override
        public boolean send(String voter, FollowMessage message) {
            return carry(voter, message, true);
        }

        @Override
        public void onChanges(FollowedView now, List<WatchEvent> events) {
            assertThat(now.revision()).isGreaterThanOrEqualTo(view.revision());
            for (WatchEvent event : events) {
                assertThat(event.revision()).isGreaterThan(view.revision());
                CHANGES.incrementAndGet();
                if (event instanceof WatchEvent.Put) {
                    told.put(event.key(), event.revision());
                } else {
                    told.remove(event.key());
                }
            }
            view = now;
            check();
        }

        @Override
        public void onState(FollowedView now) {
            assertThat(now.revision()).isGreaterThanOrEqualTo(view.revision());
            RESYNCS.incrementAndGet();
            view = now;
            told.clear();
            now.forEach("", entry -> told.put(entry.key(), entry.modRevision()));
        }

        void check() {
            Map<String, Long> seen = new TreeMap<>();
            view.forEach("", entry -> seen.put(entry.key(), entry.modRevision()));
            assertThat(told).isEqualTo(seen);
        }
    }

    private Random random = new Random(0);
    private final Map<String, Replica> replicas = new TreeMap<>();
    private final List<List<Command>> log = new ArrayList<>();
    private final Map<String, ArrayDeque<Runnable>> links = new TreeMap<>();
    private boolean faulty;
    private long now;
    private long sequence;

    private boolean carry(String voter, FollowMessage message, boolean up) {
        Replica replica = replicas.get(voter);
        if (replica == null || replica.down) {
            return false;
        }
        if (faulty && random.nextInt(30) == 0) {
            return true;
        }
        ByteWriter bytes = new ByteWriter();
        FollowCodec.write(bytes, message);
        FollowMessage copy = FollowCodec.read(ByteReader.of(bytes.toByteArray()));
        links.computeIfAbsent(voter + up, key -> new ArrayDeque<>()).add(() -> {
            if (up && !replica.down) {
                replica.streams.onMessage("f1", copy, now);
            } else if (!up) {
                follower.protocol.onMessage(voter, copy, now);
            }
        });
        return true;
    }

    private Follower follower = new Follower();

    @Property(tries = 30, shrinking = ShrinkingMode.OFF)
    void aFollowerHasEveryFollowedKeyAndMissesNoChange(@ForAll long seed) {
        begin(seed);
        for (int step = 0; step < 600; step++) {
            if (random.nextInt(3) == 0) {
                log.add(List.of(randomCommand()));
            }
            for (Replica replica : replicas.values()) {
                if (random.nextInt(150) == 0) {
                    replica.down = !replica.down;
                }
                if (random.nextInt(15) == 0) {
                    replica.forget(random.nextInt(4));
                }
            }
            step();
        }
        faulty = false;
        replicas.values().forEach(replica -> replica.down = false);
        for (int step = 0; step < 400; step++) {
            step();
        }
        StateView truth = replicas.values().iterator().next().view();
        Map<String, KeyValue> expected = new TreeMap<>();
        PREFIXES.forEach(prefix -> truth.forEach(prefix, entry -> expected.put(entry.key(), entry)));
        Map<String, Long> actual = new TreeMap<>();
        follower.view.forEach("", entry -> actual.put(entry.key(), entry.modRevision()));
        assertThat(follower.view.revision()).isEqualTo(truth.revision());
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((key, entry) -> assertThat(actual).containsEntry(key, entry.modRevision()));
        truth.forEachSession(session ->
                assertThat(follower.view.session(session.id().nodeId())).isEqualTo(session));
        assertThat(follower.view.leader()).isEqualTo(truth.leader());
        follower.check();
    }

    private void begin(long seed) {
        random = new Random(seed);
        replicas.clear();
        links.clear();
        log.clear();
        faulty = true;
        now = 0;
        for (String id : List.of("n1", "n2", "n3")) {
            replicas.put(id, new Replica((to, message) -> carry(id, message, false)));
        }
        follower = new Follower();
        sequence = 0;
        log.add(List.of(new Command.Lead("n1"), new Command.OpenSession("s", "disk", 1, 60_000)));
    }

    private void step() {
        now += random.nextInt((int) (TICK_NS / 4));
        replicas.values().forEach(replica -> {
            for (int left = random.nextInt(3); left > 0 && replica.applied < log.size() && !replica.down; left--) {
                Applied applied = replica.state.apply(1, log.get(replica.applied++));
                replica.events.addAll(applied.events());
            }
            if (!replica.down) {
                replica.streams.flush(now);
            }
        });
        follower.protocol.flush(now);
        for (ArrayDeque<Runnable> link : List.copyOf(links.values())) {
            for (int left = random.nextInt(5); left > 0 && !link.isEmpty(); left--) {
                link.remove().run();
            }
        }
    }

    private Command randomCommand() {
        int kind = random.nextInt(10);
        if (kind == 0) {
            return new Command.Tick(now / 1_000_000, List.of(new SessionId("s", 2)));
        }
        if (kind == 1) {
            return new Command.OpenSession("node" + random.nextInt(3), "disk", random.nextInt(5), 60_000);
        }
        if (kind == 2) {
            SessionId life = new SessionId("node" + random.nextInt(3), random.nextInt(20_000));
            return new Command.JoinSession(life, "disk", random.nextInt(5), 60_000);
        }
        List<Op> ops = new ArrayList<>();
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            String key = "abcd".charAt(random.nextInt(4)) + "/" + random.nextInt(12);
            ops.add(random.nextInt(4) == 0 ? new Op.Delete(key) : new Op.Put(key, new byte[random.nextInt(25_000)]));
        }
        return new Command.Submit(new SessionId("s", 2), ++sequence, List.of(new Txn(List.of(), ops, List.of())));
    }

    @AfterContainer
    static void theSimulationWasNotVacuous() {
        assertThat(CHANGES.get()).isGreaterThan(2_000);
        assertThat(RESYNCS.get()).isGreaterThan(60);
    }
}
