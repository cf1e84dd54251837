package io.troupe.demo.users;

/**
 * Points that one user gives to another: what a saga is about.
 *
 * @param from   who gives
 * @param to     who gets
 * @param points how many, 1 at least
 */
public record Transfer(UserKey from, UserKey to, long points) {
    /**
     * Checks the values.
     *
     * @param from   who gives
     * @param to     who gets
     * @param points how many
     * @throws IllegalArgumentException if there is nothing to transfer
     */
    public Transfer {
        if (points < 1 || from.equals(to)) {
            throw new IllegalArgumentException("a transfer of " + points + " points from " + from + " to " + to
                    + " moves nothing: name 1 point or more and two users");
        }
    }
}
