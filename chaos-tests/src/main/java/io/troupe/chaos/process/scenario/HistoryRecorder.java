package io.troupe.chaos.process.scenario;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;

import io.troupe.chaos.check.Event;
import io.troupe.chaos.check.HistoryWriter;
import io.troupe.chaos.process.HarnessException;
import org.jspecify.annotations.Nullable;

/** Writes the history of one run, from any thread. An error is told at the end: a client that records cannot stop. */
final class HistoryRecorder implements AutoCloseable {
    private final Path file;
    private final HistoryWriter out;
    private volatile @Nullable IOException failure;

    HistoryRecorder(Path file) {
        this.file = file;
        try {
            out = new HistoryWriter(file);
        } catch (IOException e) {
            throw new HarnessException("the history " + file + " cannot be written: " + e, e);
        }
    }

    /** Nanoseconds of the monotonic clock that all processes of one machine share. */
    static long now() {
        return System.nanoTime();
    }

    void record(Event event) {
        try {
            out.write(event);
        } catch (IOException e) {
            failure = e;
        }
    }

    void record(Collection<? extends Event> events) {
        events.forEach(this::record);
    }

    /** Throws if a line is missing. */
    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            failure = e;
        }
        if (failure != null) {
            throw new HarnessException("the history " + file + " is not complete: " + failure, failure);
        }
    }
}
