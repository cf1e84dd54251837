package io.troupe.demo;

/** What moves the money of the bank. */
enum TransferBy {
    /** Between any two accounts; a transfer that is refused half-way is undone. */
    SAGA,
    /** Between two accounts of one branch, at once or not at all. */
    TRANSACTION;

    static TransferBy parse(String text) {
        return Labels.parse(TransferBy.class, text);
    }

    String label() {
        return Labels.of(this);
    }
}
