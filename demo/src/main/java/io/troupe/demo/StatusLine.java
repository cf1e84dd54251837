package io.troupe.demo;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What a node tells its launcher on standard output, one line at a time.
 *
 * @param leader the node it takes for the leader; "-" if none
 * @param term   that leader's term
 * @param shards how many shards it owns
 * @param active how many entities are in its memory
 */
record StatusLine(String leader, long term, int shards, int active) {
    /** The node is up. */
    static final String READY = "READY";

    /** Followed by what went wrong: the node could not start. */
    static final String FAILED = "FAILED ";

    static final StatusLine NONE = new StatusLine("-", 0, 0, 0);

    private static final Pattern FORMAT =
            Pattern.compile("STATUS leader=(\\S+) term=(\\d{1,18}) shards=(\\d{1,9}) active=(\\d{1,9})");

    String format() {
        return "STATUS leader=" + leader + " term=" + term + " shards=" + shards + " active=" + active;
    }

    /** {@return the status, or null if the line is something else} */
    static @Nullable StatusLine parse(String line) {
        Matcher matcher = FORMAT.matcher(line);
        return matcher.matches()
                ? new StatusLine(
                        matcher.group(1),
                        Long.parseLong(matcher.group(2)),
                        Integer.parseInt(matcher.group(3)),
                        Integer.parseInt(matcher.group(4)))
                : null;
    }
}
