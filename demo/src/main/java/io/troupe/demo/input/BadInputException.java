package io.troupe.demo.input;

/** Input that cannot be used; the message names the offending value and says what was expected. */
public final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Refuses an input.
     *
     * @param message what is wrong and what to change
     */
    public BadInputException(String message) {
        super(message);
    }
}
