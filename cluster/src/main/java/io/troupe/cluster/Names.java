package io.troupe.cluster;

import java.util.regex.Pattern;

/** What nodes, roles and shard sets may be called: these names stand in keys and records of the store. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    private Names() {}

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    static String refusal(String what, String text) {
        return what + " '" + text + "' must be 1 to 100 letters, digits, '.', '_' or '-'";
    }

    static void check(String what, String text) {
        if (!isName(text)) {
            throw new IllegalArgumentException(refusal(what, text));
        }
    }
}
