package io.troupe.transport.kryo;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.troupe.transport.spi.MessageCodec;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class CodersTest {
    private record Note(byte number) {}

    /** As that of an address of an actor, it knows the system, which has the codec. */
    private static final class NoteCodec implements MessageCodec<Note> {
        final List<KryoCodec> system = new ArrayList<>();

        @Override
        public int encode(Note message, MutableDirectBuffer buffer, int offset) {
            buffer.putByte(offset, message.number());
            return 1;
        }

        @Override
        public Note decode(DirectBuffer buffer, int offset, int length) {
            return new Note(buffer.getByte(offset));
        }
    }

    /** A codec that this thread has used, and that nobody uses any more. */
    private static WeakReference<KryoCodec> used() {
        NoteCodec notes = new NoteCodec();
        KryoCodec codec = new KryoCodec(
                MessageRegistry.builder().add(1000, Note.class, notes).build());
        notes.system.add(codec);
        byte[] bytes = codec.encode(new Note((byte) 7));
        assertThat(codec.decode(bytes)).isEqualTo(new Note((byte) 7));
        return new WeakReference<>(codec);
    }

    @Test
    void aThreadThatGoesOnDoesNotKeepTheCodecsItOnceUsed() {
        WeakReference<KryoCodec> gone = used();
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            System.gc();
            return gone.get() == null;
        });
    }
}
