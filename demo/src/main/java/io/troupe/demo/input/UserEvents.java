package io.troupe.demo.input;

import java.util.ArrayList;
import java.util.List;

/**
 * What the users of some malls do, made up: most log in and out on two devices, change their profiles and give points
 * away. One in ten is a visitor, who logs in once, for a moment, and is not heard of again. The same seed gives the
 * same events on every machine.
 */
public final class UserEvents {
    /** How long the log-in of a visitor is good for. */
    public static final long MOMENT_MILLIS = 1_500;

    private static final long HOUR_MILLIS = 3_600_000;
    /** The first of January 2026; a second passes from event to event. */
    private static final long FIRST_MILLIS = 1_767_225_600_000L;

    private static final int USERS_PER_MALL = 50;
    private static final int VISITOR_ONE_IN = 10;
    private static final int DEVICES = 2;
    private static final int MOST_POINTS = 15;

    private final SplitMix random;
    private final int regulars;
    private final String[] names;

    private UserEvents(long seed, int users) {
        random = new SplitMix(seed);
        regulars = users - users / VISITOR_ONE_IN;
        names = new String[users];
        for (int user = 0; user < users; user++) {
            names[user] = "m" + (user % (1 + users / USERS_PER_MALL)) + "-u" + user;
        }
    }

    /**
     * {@return the keys of all users}
     *
     * @param users how many, 2 at least
     */
    public static List<String> users(int users) {
        return List.of(new UserEvents(0, users).names);
    }

    /**
     * Makes events.
     *
     * @param seed   which ones
     * @param users  how many users, 2 at least
     * @param events how many events; with fewer than users some users do nothing
     * @return the events; those of one user are in the order in which they happen
     */
    public static List<UserEvent> generate(long seed, int users, int events) {
        UserEvents source = new UserEvents(seed, users);
        int visitors = Math.min(users / VISITOR_ONE_IN, events);
        int fromVisitorToVisitor = visitors == 0 ? Integer.MAX_VALUE : events / visitors;
        List<UserEvent> made = new ArrayList<>(events);
        for (int number = 0; number < events; number++) {
            long atMillis = FIRST_MILLIS + 1_000L * number;
            int visitor = number / fromVisitorToVisitor;
            boolean comes = number % fromVisitorToVisitor == 0 && visitor < visitors;
            made.add(
                    comes
                            ? new UserEvent.LogIn(source.names[users - 1 - visitor], "phone", atMillis, MOMENT_MILLIS)
                            : source.next(atMillis));
        }
        return made;
    }

    private UserEvent next(long atMillis) {
        String user = names[random.below(regulars)];
        int chance = random.below(100);
        if (chance < 45) {
            return new UserEvent.LogIn(user, "device-" + random.below(DEVICES), atMillis, HOUR_MILLIS);
        } else if (chance < 60) {
            return new UserEvent.LogOut(user);
        } else if (chance < 80) {
            long number = random.below(1_000_000);
            return new UserEvent.Profile(user, "name " + number, number + "@mall.example");
        }
        String to = names[random.below(names.length)];
        return to.equals(user)
                ? new UserEvent.LogOut(user)
                : new UserEvent.Gift(user, to, 1L + random.below(MOST_POINTS));
    }
}
