package io.troupe.demo;

import java.util.Locale;

/** What moves the money of the bank. */
enum TransferBy {
    /** Between any two accounts; a transfer that is refused half-way is undone. */
    SAGA,
    /** Between two accounts of one branch, at once or not at all. */
    TRANSACTION;

    static TransferBy parse(String text) {
        for (TransferBy by : values()) {
            if (by.label().equals(text)) {
                return by;
            }
        }
        throw new IllegalArgumentException("expected saga or transaction, but was '" + text + "'");
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
