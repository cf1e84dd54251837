package io.troupe.chaos.check;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a {@code history.jsonl}, strictly: the first line that is wrong ends it. */
public final class HistoryFile {
    /** A longer line is no event: it is refused before it fills the heap. */
    static final int MAX_LINE_BYTES = 1 << 20;
    /** More events than this are refused: split the run. */
    static final int MAX_EVENTS = 20_000_000;

    private HistoryFile() {}

    /**
     * Reads a whole history.
     *
     * @param file one event a line, as {@link Event} describes
     * @return what it holds
     * @throws BadHistoryException if it cannot be read, or a line is wrong; the message is one line with its number
     */
    public static History read(Path file) throws BadHistoryException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return read(in, file.toString());
        } catch (NoSuchFileException missing) {
            throw new BadHistoryException(file + ": there is no such file", missing);
        } catch (BadHistoryException bad) {
            throw bad;
        } catch (IOException unreadable) {
            throw new BadHistoryException(file + ": cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private static History read(InputStream in, String name) throws IOException {
        History.Builder history = new History.Builder();
        int number = 0;
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b;
        do {
            line.reset();
            number++;
            while ((b = in.read()) >= 0 && b != '\n' && line.size() <= MAX_LINE_BYTES) {
                line.write(b);
            }
            if (b >= 0 || line.size() > 0) {
                try {
                    history.add(event(line.toByteArray(), number));
                } catch (IllegalArgumentException wrong) {
                    throw new BadHistoryException(name + ": line " + number + ": " + wrong.getMessage(), wrong);
                }
            }
        } while (b >= 0);
        return history.build();
    }

    private static Event event(byte[] line, int number) {
        if (line.length > MAX_LINE_BYTES) {
            throw new IllegalArgumentException("longer than " + MAX_LINE_BYTES + " bytes");
        }
        if (number > MAX_EVENTS) {
            throw new IllegalArgumentException("more than " + MAX_EVENTS + " events: split the history");
        }
        try {
            return EventCodec.parse(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString());
        } catch (CharacterCodingException notText) {
            throw new IllegalArgumentException("not UTF-8", notText);
        }
    }
}
