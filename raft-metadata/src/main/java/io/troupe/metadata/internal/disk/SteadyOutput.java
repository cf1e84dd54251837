package io.troupe.metadata.internal.disk;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes a long file whose bytes go to the disk all the time, not at the end all at once: then the log, whose every
 * flush waits behind what the disk is just given, stood still for as long as the whole file takes. Confined to one
 * thread.
 */
public final class SteadyOutput extends FilterOutputStream {
    /** Most bytes that are not yet on their way: some milliseconds of a disk. */
    public static final int MOST = 4 << 20;

    private final Disk disk;
    private int open;

    /** Where the bytes are to be. */
    public interface Disk {
        /**
         * Returns once all that was written is on the disk.
         *
         * @throws IOException if that cannot be
         */
        void force() throws IOException;
    }

    /**
     * A stream of which nothing is written yet.
     *
     * @param to   the file
     * @param disk forces the file to the disk
     */
    public SteadyOutput(OutputStream to, Disk disk) {
        super(to);
        this.disk = disk;
    }

    @Override
    public void write(int value) throws IOException {
        out.write(value);
        onWritten(1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        for (int left = length; left > 0; ) {
            int now = Math.min(left, MOST - open);
            out.write(bytes, at, now);
            onWritten(now);
            at += now;
            left -= now;
        }
    }

    private void onWritten(int bytes) throws IOException {
        open += bytes;
        if (open == MOST) {
            disk.force();
            open = 0;
        }
    }
}
