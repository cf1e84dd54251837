package io.troupe.demo.users;

import java.util.regex.Pattern;

/**
 * Names one user of one mall. The text of a key, such as {@code m7-anna}, is the id of the user's entity; no two keys
 * have the same one, because the id of a mall has no '-'.
 *
 * @param mallId 1 to 40 letters, digits, '_' or '.'
 * @param userId 1 to 80 letters, digits, '_', '.' or '-'; unique in its mall
 */
public record UserKey(String mallId, String userId) {
    private static final char SEPARATOR = '-';
    private static final Pattern MALL = Pattern.compile("[A-Za-z0-9_.]{1,40}");
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_.-]{1,80}");

    /**
     * Checks both ids.
     *
     * @param mallId the mall
     * @param userId the user
     * @throws IllegalArgumentException if one of them is none
     */
    public UserKey {
        if (!MALL.matcher(mallId).matches()) {
            throw new IllegalArgumentException("mall id '" + mallId
                    + "' must be 1 to 40 letters, digits, '_' or '.': the first '-' of a key ends it");
        }
        if (!USER.matcher(userId).matches()) {
            throw new IllegalArgumentException(
                    "user id '" + userId + "' must be 1 to 80 letters, digits, '_', '.' or '-'");
        }
    }

    /**
     * Reads what {@link #toString} has written.
     *
     * @param text mall and user
     * @return the key
     * @throws IllegalArgumentException if it is none
     */
    public static UserKey parse(String text) {
        int end = text.indexOf(SEPARATOR);
        if (end < 0) {
            throw new IllegalArgumentException(
                    "user key '" + text + "' has no '-': write the mall's id, '-', and the user's, such as m7-anna");
        }
        return new UserKey(text.substring(0, end), text.substring(end + 1));
    }

    /** {@return the key as text} */
    @Override
    public String toString() {
        return mallId + SEPARATOR + userId;
    }
}
