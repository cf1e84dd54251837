package io.troupe.chaos.check;

import java.io.IOException;

/** A history that cannot be read or contradicts itself. The message is one line and names the line of the file. */
public final class BadHistoryException extends IOException {
    private static final long serialVersionUID = 1L;

    BadHistoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
