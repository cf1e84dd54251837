package io.troupe.metadata.internal.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;

import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.StateView;

/** Bytes in which equal things are equal. */
public final class Bytes {
    private Bytes() {}

    public static byte[] snapshot(StateView view) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            SnapshotCodec.write(view, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static StateView restore(byte[] bytes) {
        try {
            return SnapshotCodec.read(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another state machine, from a snapshot of this one. */
    public static MetadataState copy(MetadataState state) {
        return new MetadataState(restore(snapshot(state.view())));
    }

    public static byte[] events(List<WatchEvent> events) {
        ByteWriter to = new ByteWriter();
        events.forEach(event -> EventCodec.writeEvent(to, event));
        return to.toByteArray();
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
