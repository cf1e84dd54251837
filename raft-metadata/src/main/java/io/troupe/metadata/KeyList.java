package io.troupe.metadata;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A part of the keys with a prefix. All parts that are taken from one view agree with each other; of parts that are
 * asked for one after the other each is right at its own revision, and a key that stays is in exactly one of them.
 *
 * @param keys     the keys, ascending
 * @param next     what to go on behind, or null if there are no more
 * @param revision the revision at which these were the keys
 */
public record KeyList(List<String> keys, @Nullable String next, long revision) {
    /** Most keys of one part. */
    public static final int MAX_KEYS = 10_000;
}
