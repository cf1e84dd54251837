package io.troupe.chaos.check;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Appends events to a {@code history.jsonl}, from any thread; the order of the lines is the order of the calls. */
public final class HistoryWriter implements Closeable {
    private final BufferedWriter out;

    /**
     * Creates the file, or replaces it.
     *
     * @param file where to write
     * @throws IOException if it cannot be created
     */
    public HistoryWriter(Path file) throws IOException {
        this.out = Files.newBufferedWriter(file);
    }

    /**
     * Writes one line. It reaches the file at the next {@link #flush()} or {@link #close()}.
     *
     * @param event what happened
     * @throws IOException if the file refuses it
     */
    public synchronized void write(Event event) throws IOException {
        out.write(EventCodec.print(event));
        out.write('\n');
    }

    /**
     * Hands all lines so far to the operating system.
     *
     * @throws IOException if the file refuses them
     */
    public synchronized void flush() throws IOException {
        out.flush();
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
