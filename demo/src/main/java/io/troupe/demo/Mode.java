package io.troupe.demo;

/** The delivery guarantee that every order line is sent with. */
enum Mode {
    EXACTLY_ONCE,
    AT_LEAST_ONCE;

    static Mode parse(String text) {
        return Labels.parse(Mode.class, text);
    }

    String label() {
        return Labels.of(this);
    }
}
