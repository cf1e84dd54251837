package io.troupe.metadata.internal.codec;

import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.SettledWindow.Settlement;
import io.troupe.metadata.internal.state.ChannelId;
import io.troupe.metadata.internal.state.EndedSession;
import io.troupe.metadata.internal.state.Joins;
import io.troupe.metadata.internal.state.KeyIndex;
import io.troupe.metadata.internal.state.SessionState;
import io.troupe.metadata.internal.state.SessionState.CachedResult;
import io.troupe.metadata.internal.state.Settlements;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;

/** Takes a state apart into records, and puts one together again. */
final class SnapshotRecords {
    private static final int END = 0;
    private static final int HEAD = 1;
    private static final int KEY = 2;
    private static final int SESSION = 3;
    private static final int CHANNEL = 4;
    private static final int ENDED = 5;

    /** Only of a group that lives of another one have joined. */
    private static final int JOINS = 6;

    /** Takes the records in order; the writer is used again for the next one. */
    interface Sink {
        void accept(ByteWriter record) throws IOException;
    }

    private final KeyIndex.Editor<String, KeyValue> keys =
            KeyIndex.<String, KeyValue>empty().edit();
    private final KeyIndex.Editor<String, SessionState> sessions =
            KeyIndex.<String, SessionState>empty().edit();
    private final KeyIndex.Editor<ChannelId, Settlements> channels =
            KeyIndex.<ChannelId, Settlements>empty().edit();
    private final KeyIndex.Editor<EndedSession, Boolean> ended =
            KeyIndex.<EndedSession, Boolean>empty().edit();
    private long revision;
    private long clusterTimeMillis;
    private @Nullable Leader leader;
    private Joins joins = Joins.NONE;
    private long count;
    private boolean atEnd;

    static void write(StateView state, Sink sink) throws IOException {
        Pen pen = new Pen(sink);
        pen.record.writeByte(HEAD);
        pen.record.writeVarLong(state.revision());
        pen.record.writeVarLong(state.clusterTimeMillis());
        pen.record.writeBoolean(state.leader() != null);
        if (state.leader() != null) {
            EventCodec.writeLeader(pen.record, state.leader());
        }
        pen.finish();
        pen.writeAll(KEY, state.keys(), (key, entry) -> EventCodec.writeKeyValue(pen.record, entry));
        pen.writeAll(SESSION, state.sessions(), (nodeId, session) -> writeSession(pen.record, session));
        pen.writeAll(CHANNEL, state.channels(), (channel, window) -> writeChannel(pen.record, channel, window));
        pen.writeAll(ENDED, state.ended(), (session, always) -> {
            pen.record.writeVarLong(session.endedAtMillis());
            EventCodec.writeSessionId(pen.record, session.id());
        });
        if (state.joins().any()) {
            pen.record.writeByte(JOINS);
            pen.record.writeVarLong(state.joins().forgotten());
            pen.finish();
        }
        pen.record.writeByte(END);
        pen.record.writeVarLong(pen.count);
        pen.finish();
    }

    boolean atEnd() {
        return atEnd;
    }

    long count() {
        return count;
    }

    void accept(ByteReader from) {
        int type = from.readByte();
        if ((type == HEAD) != (count == 0)) {
            throw from.expected(
                    "the head of the snapshot, and only as its first record; record " + count + " is " + type);
        }
        switch (type) {
            case HEAD -> {
                revision = from.readVarLong();
                clusterTimeMillis = from.readVarLong();
                leader = from.readBoolean() ? EventCodec.readLeader(from) : null;
            }
            case KEY -> {
                KeyValue entry = EventCodec.readKeyValue(from);
                add(keys, entry.key(), entry, from);
            }
            case SESSION -> {
                SessionState session = readSession(from);
                add(sessions, session.session().id().nodeId(), session, from);
            }
            case CHANNEL -> {
                ChannelId channel = new ChannelId(EventCodec.readSessionId(from), from.readVarInt32());
                add(channels, channel, readWindow(from), from);
            }
            case ENDED -> add(ended, new EndedSession(from.readVarLong(), EventCodec.readSessionId(from)), true, from);
            case JOINS -> joins = new Joins(true, from.readVarLong());
            case END -> {
                from.require(from.readVarLong(), records -> records == count, count + " records");
                atEnd = true;
            }
            default -> throw from.expected("a record from 0 to 6 before here, not " + type);
        }
        from.expectEnd();
        count++;
    }

    StateView state() {
        return new StateView(
                revision,
                clusterTimeMillis,
                leader,
                keys.snapshot(),
                sessions.snapshot(),
                channels.snapshot(),
                ended.snapshot(),
                joins);
    }

    private static <K extends Comparable<K>, V> void add(KeyIndex.Editor<K, V> index, K key, V value, ByteReader from) {
        int before = index.size();
        index.put(key, value);
        if (index.size() == before) {
            throw from.expected("each key once; twice there: " + key);
        }
    }

    private static void writeSession(ByteWriter to, SessionState session) {
        EventCodec.writeSession(to, session.session());
        to.writeFixedLong(session.nonce());
        to.writeVarLong(session.lastSequence());
        to.writeVarInt(session.results().size());
        for (CachedResult cached : session.results()) {
            to.writeVarLong(cached.sequence());
            ResultCodec.writeAll(to, cached.results());
        }
    }

    private static SessionState readSession(ByteReader from) {
        return new SessionState(
                EventCodec.readSession(from),
                from.readFixedLong(),
                from.readVarLong(),
                from.readList(2, reader -> new CachedResult(reader.readVarLong(), ResultCodec.readAll(reader))));
    }

    private static void writeChannel(ByteWriter to, ChannelId channel, Settlements window) {
        EventCodec.writeSessionId(to, channel.session());
        to.writeVarLong(channel.shard());
        to.writeVarLong(window.floor());
        long[] words = window.words();
        to.writeVarInt(words.length);
        for (long word : words) {
            to.writeFixedLong(word);
        }
        to.writeVarInt(window.unusualCount());
        window.forEachUnusual((sequence, end) -> {
            to.writeVarLong(sequence);
            to.writeByte(end.outcome());
            to.writeBytes(end.reply());
        });
    }

    private static Settlements readWindow(ByteReader from) {
        long floor = from.readVarLong();
        List<Long> words = from.readList(Long.BYTES, ByteReader::readFixedLong);
        KeyIndex.Editor<Long, Settlement> unusual =
                KeyIndex.<Long, Settlement>empty().edit();
        int ends = from.readCount(3);
        for (int i = 0; i < ends; i++) {
            add(unusual, from.readVarLong(), new Settlement(from.readByte(), from.readBytes()), from);
        }
        long[] bits = words.stream().mapToLong(Long::longValue).toArray();
        try {
            return Settlements.of(floor, bits, unusual.snapshot());
        } catch (IllegalArgumentException e) {
            throw from.expected("a window of settled messages before here: " + e.getMessage());
        }
    }

    /** Writes records into one buffer, and hands each to the sink. */
    private static final class Pen {
        private final Sink sink;
        private final ByteWriter record = new ByteWriter();
        private long count;

        Pen(Sink sink) {
            this.sink = sink;
        }

        <K extends Comparable<K>, V> void writeAll(int type, KeyIndex<K, V> index, BiConsumer<K, V> body)
                throws IOException {
            IOException[] failure = {null};
            index.visitFrom(null, (key, value) -> {
                record.writeByte(type);
                body.accept(key, value);
                try {
                    finish();
                    return true;
                } catch (IOException e) {
                    failure[0] = e;
                    return false;
                }
            });
            if (failure[0] != null) {
                throw failure[0];
            }
        }

        void finish() throws IOException {
            sink.accept(record);
            record.reset();
            count++;
        }
    }
}
