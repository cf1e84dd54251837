package io.troupe.demo;

import java.util.Locale;

/** The delivery guarantee that every order line is sent with. */
enum Mode {
    EXACTLY_ONCE,
    AT_LEAST_ONCE;

    static Mode parse(String text) {
        for (Mode mode : values()) {
            if (mode.label().equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("expected exactly-once or at-least-once, but was '" + text + "'");
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
