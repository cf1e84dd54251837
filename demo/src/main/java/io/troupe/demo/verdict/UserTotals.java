package io.troupe.demo.verdict;

/**
 * What one user comes to.
 *
 * @param device  where the user is logged in; empty if nowhere
 * @param profile name and address
 * @param history the last log-ins, {@code device@milliseconds}, the oldest first, separated by blanks
 * @param logIns  how many there were
 * @param expired how many have ended by themselves
 * @param changes commands that were accepted and log-ins that have expired: one that is lost or doubled shows
 * @param points  reward points
 */
public record UserTotals(
        String device, String profile, String history, long logIns, long expired, long changes, long points) {}
