package io.troupe.jmh.bench;

/** A benchmark that could not be run, in one sentence for a person. */
final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BenchException(String message) {
        super(message);
    }
}
