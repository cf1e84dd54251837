package io.troupe.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Saga.Phase;
import io.troupe.demo.input.UserEvent;
import io.troupe.demo.input.UserEvents;
import io.troupe.demo.users.UserKey;
import io.troupe.demo.users.UserState;
import io.troupe.demo.users.Users;
import io.troupe.demo.verdict.ExpectedUsers;
import io.troupe.demo.verdict.Matches;
import io.troupe.demo.verdict.UserTotals;

/**
 * The users of malls on nodes that are processes, some of which are hit half-way. In the end nobody is in the memory of
 * a node any more, and every user is exactly what the events make of them.
 */
final class UsersRun {
    private static final Duration ASK_LIMIT = Duration.ofSeconds(20);
    private static final Duration QUIET_LIMIT = Duration.ofSeconds(30);

    private final UsersOptions options;
    private final DemoConsole console;
    private final List<String> names;
    private final List<UserKey> keys;
    private final List<UserEvent> events;

    UsersRun(UsersOptions options, DemoConsole console) {
        this.options = options;
        this.console = console;
        names = UserEvents.users(options.users());
        keys = names.stream().map(UserKey::parse).toList();
        events = UserEvents.generate(options.launch().seed(), options.users(), options.events());
    }

    /** {@return true if every user is what the events make of them} */
    boolean run() throws IOException, InterruptedException {
        return Launch.run(options.launch(), List.of(), this::drive);
    }

    private boolean drive(LocalCluster cluster, ClusterActorSystem driver) throws InterruptedException {
        Users users = new Users(driver, ASK_LIMIT);
        say(
                "%s; %,d events of %,d users (seed %d)",
                options.launch().nodesUp(),
                events.size(),
                names.size(),
                options.launch().seed());
        UserLoad load = new UserLoad(users, events);
        long begin = System.nanoTime();
        List<CompletableFuture<Void>> strikes = new ArrayList<>(1);
        load.run(() -> strikes.add(Strike.begin(options.launch(), cluster, driver, console)));
        Launch.over(strikes);
        int[] gifts = IntStream.range(0, events.size())
                .filter(number -> events.get(number) instanceof UserEvent.Gift)
                .toArray();
        Phase[] phases = SagaEnds.await(gifts.length, gift -> users.transferStatus(UserLoad.giftId(gifts[gift])));
        double seconds = (System.nanoTime() - begin) / 1e9;
        say(
                "%,d events in %.1f s (%,.0f/s): %,d commands accepted, %,d refused; %,d gifts done, %,d undone",
                events.size(),
                seconds,
                events.size() / seconds,
                load.accepted(),
                load.refused(),
                SagaEnds.count(phases, Phase.DONE),
                SagaEnds.count(phases, Phase.UNDONE));
        Map<Integer, Phase> ends = IntStream.range(0, gifts.length)
                .boxed()
                .collect(Collectors.toMap(gift -> gifts[gift], gift -> phases[gift]));
        ExpectedUsers expected = ExpectedUsers.of(names, events, number -> ends.get(number) == Phase.DONE);
        UsersStatus.lines(driver, users, keys, cluster).forEach(console::print);
        boolean quiet = awaitQuiet(cluster, users, expected);
        boolean right = judge(cluster, users, load, expected);
        long stuck = SagaEnds.count(phases, Phase.STUCK);
        if (stuck > 0) {
            console.print(stuck + " gifts are STUCK: what was taken could not be returned");
        }
        return quiet && right && stuck == 0;
    }

    /** Waits until the log-ins of all visitors have expired and nobody is in the memory of a node. */
    private boolean awaitQuiet(LocalCluster cluster, Users users, ExpectedUsers expected) throws InterruptedException {
        int before = UsersStatus.active(cluster);
        long endNs = System.nanoTime() + QUIET_LIMIT.toNanos();
        while (true) {
            long expired =
                    peek(users).values().stream().mapToLong(UserTotals::expired).sum();
            int active = UsersStatus.active(cluster);
            boolean late = System.nanoTime() - endNs > 0;
            if (late || (expired == expected.expired() && active == 0)) {
                say(
                        "%,d log-ins that nobody renewed have ended by a reminder; %,d entities were active, now %,d",
                        expired, before, active);
                return !late;
            }
            LockSupport.parkNanos(Window.PAUSE.toNanos());
        }
    }

    private boolean judge(LocalCluster cluster, Users users, UserLoad load, ExpectedUsers expected)
            throws InterruptedException {
        Map<String, UserTotals> actual = peek(users);
        Matches matches = Matches.compare(expected.totals(), actual);
        matches.mismatches().forEach(console::print);
        long points = actual.values().stream().mapToLong(UserTotals::points).sum();
        long earned = expected.totals().values().stream()
                .mapToLong(UserTotals::points)
                .sum();
        console.print(String.format(
                Locale.ROOT,
                "%,d/%,d users match (device, profile, log-ins, points): accepted %,d of %,d, points %,d of %,d;"
                        + " %,d entities active after all were read",
                matches.matching(),
                matches.entities(),
                load.accepted(),
                expected.accepted(),
                points,
                earned,
                UsersStatus.active(cluster)));
        return matches.isAll() && load.accepted() == expected.accepted() && load.refused() == expected.refused();
    }

    /** Reads every user without waking one. */
    private Map<String, UserTotals> peek(Users users) throws InterruptedException {
        Map<String, UserTotals> totals = new ConcurrentHashMap<>();
        Window.each(
                keys.size(),
                number -> users.peek(keys.get(number)).thenAccept(state -> totals.put(names.get(number), of(state))));
        return totals;
    }

    private static UserTotals of(UserState state) {
        UserState.Session session = state.session();
        return new UserTotals(
                session == null ? "" : session.device(),
                state.profile().name() + " " + state.profile().email(),
                state.history().stream()
                        .map(visit -> visit.device() + "@" + visit.at().toEpochMilli())
                        .collect(Collectors.joining(" ")),
                state.logIns(),
                state.expired(),
                state.changes(),
                state.points());
    }

    private void say(String format, Object... values) {
        console.event(String.format(Locale.ROOT, format, values));
    }
}
