package io.troupe.demo.users;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.troupe.actors.Query;

/** What a user's entity understands. */
public sealed interface UserCommand {
    /** How long a log-in of {@link LogInV1} is good for. */
    Duration USUAL = Duration.ofMinutes(30);

    /** The longest that a log-in can be good for. */
    Duration LONGEST = Duration.ofDays(30);

    /** Longest name of a device, and longest name and address of a profile, in characters. */
    int MAX_TEXT = 100;

    /**
     * Logs the user in, or renews the log-in if it is the same device. Refused while the user is logged in on another
     * one.
     *
     * @param device  where, 1 to {@value #MAX_TEXT} characters
     * @param at      when, by the clock of who asks
     * @param goodFor for how long, unless it is renewed: 1 ms to {@link #LONGEST}
     */
    record LogIn(String device, Instant at, Duration goodFor) implements UserCommand, Query<Reply> {
        /**
         * Checks the values.
         *
         * @param device  where
         * @param at      when
         * @param goodFor for how long
         * @throws IllegalArgumentException if one is out of range
         */
        public LogIn {
            checkText("device", device);
            if (goodFor.compareTo(Duration.ofMillis(1)) < 0 || goodFor.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("a log-in can be good for 1 ms to " + LONGEST.toDays()
                        + " days, not for " + goodFor + ": log in again to renew it");
            }
        }
    }

    /**
     * A log-in of clients that were built before log-ins could end by themselves. A class never changes once it is
     * registered: it stays under its number, and what is new is another class under another one.
     *
     * @param device where, 1 to {@value #MAX_TEXT} characters
     * @param at     when, by the clock of who asks
     */
    record LogInV1(String device, Instant at) implements UserCommand, Query<Reply> {
        /** {@return what it means today} */
        LogIn upgraded() {
            return new LogIn(device, at, USUAL);
        }
    }

    /** Logs the user out. Refused if nobody is logged in. */
    record LogOut() implements UserCommand, Query<Reply> {}

    /**
     * Replaces the profile. Refused if the user is not logged in.
     *
     * @param name  the new name, 1 to {@value #MAX_TEXT} characters
     * @param email the new address, 1 to {@value #MAX_TEXT} characters
     */
    record UpdateProfile(String name, String email) implements UserCommand, Query<Reply> {
        /**
         * Checks the values.
         *
         * @param name  the new name
         * @param email the new address
         * @throws IllegalArgumentException if one is too short or too long
         */
        public UpdateProfile {
            checkText("name", name);
            checkText("email", email);
        }
    }

    /** Asks for the state. */
    record GetState() implements UserCommand, Query<UserState> {}

    /**
     * Asks for the last log-ins.
     *
     * @param limit how many at most, 1 to {@link UserState#MAX_HISTORY}
     */
    record GetHistory(int limit) implements UserCommand, Query<History> {
        /**
         * Checks the limit.
         *
         * @param limit how many at most
         * @throws IllegalArgumentException if it is out of range
         */
        public GetHistory {
            if (limit < 1 || limit > UserState.MAX_HISTORY) {
                throw new IllegalArgumentException("1 to " + UserState.MAX_HISTORY
                        + " log-ins can be asked for, because no more are kept, not " + limit);
            }
        }
    }

    /**
     * The last log-ins.
     *
     * @param visits the newest first
     * @param logIns how many there have ever been
     */
    record History(List<UserState.Visit> visits, long logIns) {}

    /**
     * Takes points away. Rejected if there are fewer.
     *
     * @param points how many
     */
    record TakePoints(long points) implements UserCommand {}

    /**
     * Adds points. Rejected if the user has never logged in.
     *
     * @param points how many
     */
    record GivePoints(long points) implements UserCommand {}

    /**
     * Gives back what was taken; never rejected.
     *
     * @param points how many
     */
    record ReturnPoints(long points) implements UserCommand {}

    /** Nobody has renewed the log-in in time: the user's reminder. */
    record LogInExpired() implements UserCommand {}

    private static void checkText(String what, String text) {
        if (text.length() > MAX_TEXT || text.isBlank()) {
            throw new IllegalArgumentException(
                    what + " must have 1 to " + MAX_TEXT + " characters, not only blanks, but "
                            + (text.isBlank() ? "was '" + text + "'" : "had " + text.length()));
        }
    }
}
