package io.troupe.metadata.internal.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import io.troupe.metadata.internal.state.StateView;

/** A whole state and its bytes; ends with a checksum. Give it buffered streams; it closes none. */
public final class SnapshotCodec {
    private SnapshotCodec() {}

    /**
     * Writes a state; on any thread.
     *
     * @param state the state
     * @param to    where to
     * @throws IOException if writing fails
     */
    public static void write(StateView state, OutputStream to) throws IOException {}

    /**
     * Reads a state back; {@code new MetadataState(view)} goes on from it.
     *
     * @param from where from
     * @return the state
     * @throws IOException    if reading fails
     * @throws CodecException if the bytes are not a whole snapshot
     */
    public static StateView read(InputStream from) throws IOException {
        return StateView.EMPTY;
    }
}
