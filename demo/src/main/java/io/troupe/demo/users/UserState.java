package io.troupe.demo.users;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What is kept of a user. Immutable, and without a thought of actors: what follows what is decided here.
 *
 * @param profile who it is
 * @param session where the user is logged in; null if nowhere
 * @param history the last log-ins, the newest last, at most {@value #MAX_HISTORY}
 * @param logIns  how many there have ever been; renewals do not count
 * @param expired how many of them have ended because nobody renewed them
 * @param changes how often any of this but the points has changed
 * @param points  reward points; never negative
 */
public record UserState(
        Profile profile,
        @Nullable Session session,
        List<Visit> history,
        long logIns,
        long expired,
        long changes,
        long points) {
    /** Log-ins that are kept. */
    public static final int MAX_HISTORY = 20;

    /** Reward points for each log-in. */
    public static final long BONUS = 10;

    /** Of a user who has never logged in. */
    public static final UserState NEW = new UserState(new Profile("", ""), null, List.of(), 0, 0, 0, 0);

    /**
     * Who a user is.
     *
     * @param name  the name
     * @param email the address
     */
    public record Profile(String name, String email) {}

    /**
     * A log-in that has not ended.
     *
     * @param device  where
     * @param renewed when it was made, or renewed last
     * @param goodFor how long it lasts from then on
     */
    public record Session(String device, Instant renewed, Duration goodFor) {}

    /**
     * A log-in of the history.
     *
     * @param device where
     * @param at     when
     */
    public record Visit(String device, Instant at) {}

    /** {@return why a device cannot log in now; null if it can} */
    @Nullable
    String obstacleFor(String device) {
        return session == null || session.device().equals(device)
                ? null
                : "logged in on " + session.device() + " since " + session.renewed() + ": log out there first";
    }

    /** A log-in on the device of the session renews it; it earns nothing. */
    UserState with(UserCommand.LogIn logIn) {
        Session next = new Session(logIn.device(), logIn.at(), logIn.goodFor());
        if (session != null) {
            return new UserState(profile, next, history, logIns, expired, changes + 1, points);
        }
        List<Visit> visits = new ArrayList<>(history);
        visits.add(new Visit(logIn.device(), logIn.at()));
        List<Visit> kept = visits.subList(Math.max(0, visits.size() - MAX_HISTORY), visits.size());
        return new UserState(profile, next, List.copyOf(kept), logIns + 1, expired, changes + 1, points + BONUS);
    }

    UserState loggedOut() {
        return new UserState(profile, null, history, logIns, expired, changes + 1, points);
    }

    UserState expiredNow() {
        return new UserState(profile, null, history, logIns, expired + 1, changes + 1, points);
    }

    UserState with(Profile next) {
        return new UserState(next, session, history, logIns, expired, changes + 1, points);
    }

    UserState plus(long more) {
        return new UserState(profile, session, history, logIns, expired, changes, points + more);
    }

    /** {@return the last log-ins, the newest first} */
    UserCommand.History newest(int limit) {
        List<Visit> visits = new ArrayList<>();
        for (int i = history.size() - 1; i >= 0 && visits.size() < limit; i--) {
            visits.add(history.get(i));
        }
        return new UserCommand.History(List.copyOf(visits), logIns);
    }
}
