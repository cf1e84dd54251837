package io.troupe.demo.verdict;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;

import io.troupe.demo.input.UserEvent;
import io.troupe.demo.input.UserEvents;

/**
 * Plays the events of users through, one after the other, the plainest way there is: the truth that a cluster is
 * compared with.
 */
public final class ExpectedUsers {
    private static final int KEPT_LOG_INS = 20;
    private static final long POINTS_PER_LOG_IN = 10;

    private final SortedMap<String, Person> people = new TreeMap<>();
    private long accepted;
    private long refused;

    private static final class Person {
        private final Deque<String> history = new ArrayDeque<>();
        private String device = "";
        private String profile = " ";
        private long logIns;
        private long expired;
        private long changes;
        private long points;

        UserTotals totals() {
            return new UserTotals(device, profile, String.join(" ", history), logIns, expired, changes, points);
        }
    }

    private ExpectedUsers() {}

    /**
     * Plays events through to their end, when every log-in that is good for a moment only has expired.
     *
     * @param users  all users
     * @param events what they do
     * @param isDone whether the gift with this place in the events was made; that depends on who was faster
     * @return what must be at the end
     */
    public static ExpectedUsers of(List<String> users, List<UserEvent> events, IntPredicate isDone) {
        ExpectedUsers expected = new ExpectedUsers();
        users.forEach(user -> expected.people.put(user, new Person()));
        for (int number = 0; number < events.size(); number++) {
            UserEvent event = events.get(number);
            if (!(event instanceof UserEvent.Gift gift)) {
                expected.play(event, expected.person(event.user()));
            } else if (isDone.test(number)) {
                expected.person(gift.user()).points -= gift.points();
                expected.person(gift.to()).points += gift.points();
            }
        }
        return expected;
    }

    private Person person(String user) {
        Person person = people.get(user);
        if (person == null) {
            throw new IllegalArgumentException("an event is of " + user + ", who is not among the users");
        }
        return person;
    }

    private void play(UserEvent event, Person person) {
        boolean out = person.device.isEmpty();
        boolean possible;
        if (event instanceof UserEvent.LogIn logIn) {
            possible = out || person.device.equals(logIn.device());
        } else {
            possible = !out;
        }
        if (!possible) {
            refused++;
            return;
        }
        accepted++;
        person.changes++;
        if (event instanceof UserEvent.LogIn logIn) {
            logIn(logIn, person);
        } else if (event instanceof UserEvent.Profile profile) {
            person.profile = profile.name() + " " + profile.email();
        } else {
            person.device = "";
        }
    }

    private static void logIn(UserEvent.LogIn logIn, Person person) {
        if (person.device.isEmpty()) {
            person.logIns++;
            person.points += POINTS_PER_LOG_IN;
            person.history.add(logIn.device() + "@" + logIn.atMillis());
            if (person.history.size() > KEPT_LOG_INS) {
                person.history.remove();
            }
        }
        person.device = logIn.device();
        if (logIn.goodForMillis() <= UserEvents.MOMENT_MILLIS) {
            // Who comes for a moment does nothing else, so it does not matter when it ends.
            person.device = "";
            person.expired++;
            person.changes++;
        }
    }

    /** {@return by user, in the order of their keys} */
    public SortedMap<String, UserTotals> totals() {
        SortedMap<String, UserTotals> totals = new TreeMap<>();
        people.forEach((user, person) -> totals.put(user, person.totals()));
        return Collections.unmodifiableSortedMap(totals);
    }

    /** {@return how many commands must have been accepted} */
    public long accepted() {
        return accepted;
    }

    /** {@return how many commands must have been refused} */
    public long refused() {
        return refused;
    }

    /** {@return how many log-ins must have ended by themselves} */
    public long expired() {
        return people.values().stream().mapToLong(person -> person.expired).sum();
    }
}
