package io.troupe.chaos.process;

import org.jspecify.annotations.Nullable;

/** The harness could not do what it was asked; the message says what to change. Nothing is left behind. */
public final class HarnessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HarnessException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    HarnessException(String message) {
        this(message, null);
    }
}
