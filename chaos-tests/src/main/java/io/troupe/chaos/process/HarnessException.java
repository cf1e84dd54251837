package io.troupe.chaos.process;

import org.jspecify.annotations.Nullable;

/** The harness could not do what it was asked; the message says what to change. Nothing is left behind. */
public final class HarnessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * With a cause.
     *
     * @param message what could not be done, and what to change
     * @param cause   why
     */
    public HarnessException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * Without a cause.
     *
     * @param message what could not be done, and what to change
     */
    public HarnessException(String message) {
        this(message, null);
    }
}
