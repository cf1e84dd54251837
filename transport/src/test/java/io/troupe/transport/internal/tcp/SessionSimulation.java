package io.troupe.transport.internal.tcp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.troupe.transport.internal.frame.Control;
import io.troupe.transport.internal.frame.FrameLayout;
import io.troupe.transport.internal.frame.FrameReader;
import io.troupe.transport.internal.frame.FramingException;
import io.troupe.transport.internal.frame.SessionPoint;
import io.troupe.transport.internal.session.LinkSession;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Two ends of a link over connections of bytes in memory, which take any part of a write, deliver in any pieces, and
 * break at any byte, at one end earlier than at the other. Sessions, rings, writers and readers are those of
 * production.
 *
 * <p>Checked with every frame that is handed on: in each session it is the next one that the other end has accepted in
 * that session. So nothing is lost in the middle, doubled, reordered or garbled, whatever becomes of the connections.
 */
final class SessionSimulation {
    static final int RING = 1024;

    /** Up to half of the ring, and four parts. */
    static final int LONGEST = RING / 2;

    private static final int MAX_PART = RING / 8;

    final Random random;
    final End a = new End("a");
    final End b = new End("b");
    private long drawn;

    /** What was accepted at an end in a session, by end and session. */
    private final Map<String, List<Integer>> accepted = new HashMap<>();

    private final Map<String, Integer> delivered = new HashMap<>();
    private int frames;

    SessionSimulation(long seed) {
        random = new Random(seed);
    }

    /** Bytes on their way from one end to the other. */
    private static final class Pipe {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int taken;
        int limit = Integer.MAX_VALUE;

        int room() {
            return limit - bytes.size();
        }
    }

    /** A socket that takes as many bytes as it is told to. */
    private static final class PipeWire implements Wire {
        final Pipe pipe;
        int room;

        PipeWire(Pipe pipe) {
            this.pipe = pipe;
        }

        @Override
        public int write(ByteBuffer from) {
            int count = Math.min(Math.min(room, pipe.room()), from.remaining());
            for (int i = 0; i < count; i++) {
                pipe.bytes.write(from.get());
            }
            return count;
        }

        @Override
        public int read(ByteBuffer into) {
            throw new UnsupportedOperationException("the simulation reads by itself");
        }

        @Override
        public void shutOutput() {}
    }

    /** One end's side of a connection. */
    private static final class Side {
        final Pipe out;
        final Pipe in;
        final PipeWire wire;
        final FrameWriter writer;

        Side(Pipe out, Pipe in) {
            this.out = out;
            this.in = in;
            wire = new PipeWire(out);
            writer = new FrameWriter(wire);
        }
    }

    /** One process. */
    final class End {
        final String name;
        LinkSession session = new LinkSession(RING, LONGEST);

        @Nullable
        Side side;

        End(String name) {
            this.name = name;
        }

        End other() {
            return this == a ? b : a;
        }

        private String key() {
            return name + session.point().session();
        }

        boolean offer(int length) {
            if (!session.isOpen()) {
                return false;
            }
            UnsafeBuffer body = new UnsafeBuffer(new byte[length]);
            body.setMemory(0, length, (byte) frames);
            body.putInt(0, frames);
            if (!session.ring().offer(1 + length, body, 0, length)) {
                return false;
            }
            accepted.computeIfAbsent(key(), key -> new ArrayList<>()).add(frames++);
            return true;
        }

        void write(int room) {
            Side now = side;
            if (now != null && now.writer.isSendable()) {
                now.wire.room = room;
                try {
                    now.writer.write();
                } catch (java.io.IOException impossible) {
                    throw new AssertionError(impossible);
                }
            }
        }

        /** Reads what has come, up to a number of bytes; a frame that is not whole stays where it is. */
        void read(int count) {
            Side now = side;
            if (now == null) {
                return;
            }
            byte[] all = now.in.bytes.toByteArray();
            int length = Math.min(count, all.length - now.in.taken);
            UnsafeBuffer buffer = new UnsafeBuffer(all, now.in.taken, length);
            try {
                now.in.taken += new FrameReader(MAX_PART).read(buffer, 0, length, this::onPart);
            } catch (FramingException broken) {
                throw new AssertionError(name + " cannot read what came", broken);
            }
        }

        private boolean onPart(int flags, int type, DirectBuffer buffer, int offset, int length)
                throws FramingException {
            if (flags == FrameLayout.CONTROL) {
                session.onAck(Control.heartbeat(buffer, offset, length));
            } else if (session.onPart(flags, type, buffer, offset, length)) {
                if (flags == 0) {
                    onFrame(type, buffer, offset, length);
                } else {
                    onFrame(type, session.whole(), 0, session.whole().capacity());
                    session.onHandedOn();
                }
            }
            return true;
        }

        private void onFrame(int type, DirectBuffer buffer, int offset, int length) {
            List<Integer> sent =
                    accepted.getOrDefault(other().name + session.point().session(), List.of());
            int index = delivered.merge(key(), 1, Integer::sum) - 1;
            int number = buffer.getInt(offset);
            if (index >= sent.size() || sent.get(index) != number || type != 1 + length) {
                throw new AssertionError(name + " got frame " + number + " of type " + type + " as number " + index
                        + " of its session, but sent were " + sent);
            }
            for (int i = 4; i < length; i++) {
                if (buffer.getByte(offset + i) != (byte) number) {
                    throw new AssertionError("byte " + i + " of frame " + number + " has changed");
                }
            }
        }

        /** This end sees that the connection is lost; the other one may see it much later. */
        void lose() {
            side = null;
        }

        void heartbeat() {
            if (side != null) {
                side.writer.wantAck();
            }
        }

        /** The session has waited for too long. */
        void timeOut() {
            if (side == null && session.isOpen()) {
                session.end();
            }
        }

        void restart() {
            side = null;
            session = new LinkSession(RING, LONGEST);
        }
    }

    /**
     * A new connection, made by one end that has none.
     *
     * @param welcomed false if the connection breaks before the dialling end is answered
     * @return whether the accepting end has gone on with its session
     */
    boolean dial(End dialling, boolean welcomed) {
        Pipe there = new Pipe();
        Pipe back = new Pipe();
        End accepting = dialling.other();
        SessionPoint said = dialling.session.point();
        accepting.lose();
        boolean resumed = accepting.session.accept(said, ++drawn);
        accepting.side = carry(new Side(back, there), accepting);
        if (welcomed) {
            try {
                if (dialling.session.join(accepting.session.point()) != resumed) {
                    throw new AssertionError("one end has resumed the session and the other has not");
                }
            } catch (FramingException refused) {
                throw new AssertionError("a welcome was not understood", refused);
            }
            dialling.side = carry(new Side(there, back), dialling);
        }
        return resumed;
    }

    private static Side carry(Side side, End end) {
        side.writer.carry(end.session);
        return side;
    }

    /** Everything that can arrive arrives. */
    void settle() {
        for (int quiet = 0; quiet < 3; quiet++) {
            for (End end : List.of(a, b)) {
                if (end.side != null) {
                    end.side.out.limit = Integer.MAX_VALUE;
                }
                for (int i = 0; i < 100; i++) {
                    end.write(Integer.MAX_VALUE);
                    end.other().read(Integer.MAX_VALUE);
                }
                end.heartbeat();
            }
        }
    }

    /** How many bytes the other end gets of what an end writes from now on. */
    void allow(End end, int bytes) {
        if (end.side != null) {
            end.side.out.limit = end.side.out.bytes.size() + bytes;
        }
    }

    /** {@return the bytes that an end has written to its connection} */
    int written(End end) {
        return end.side == null ? 0 : end.side.out.bytes.size();
    }

    /** {@return whether all that was accepted at an end in its session has arrived, and no more is held} */
    boolean isAllDelivered(End end) {
        int sent = accepted.getOrDefault(end.key(), List.of()).size();
        return delivered.getOrDefault(end.other().key(), 0) == sent
                && end.session.ring().heldBytes() == 0;
    }

    int frames() {
        return frames;
    }
}
