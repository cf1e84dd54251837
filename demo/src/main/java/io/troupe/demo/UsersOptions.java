package io.troupe.demo;

import io.troupe.demo.input.BadInputException;

/**
 * What one run of the users does, checked.
 *
 * @param launch the nodes
 * @param users  how many users
 * @param events how many things they do
 */
record UsersOptions(LaunchOptions launch, int users, int events) {
    private static final int MAX_USERS = 100_000;
    private static final int MAX_EVENTS = 1_000_000;

    UsersOptions {
        if (users < 2 || users > MAX_USERS) {
            throw new BadInputException(
                    "--users must be 2 to " + MAX_USERS + ", but was " + users + ": points go from one to another");
        }
        if (events > MAX_EVENTS) {
            throw new BadInputException("--events must be 1 to " + MAX_EVENTS + ", but was " + events);
        }
    }
}
