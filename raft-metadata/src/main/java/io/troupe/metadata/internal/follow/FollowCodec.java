package io.troupe.metadata.internal.follow;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.codec.EventCodec;

/** A {@link FollowMessage} and its bytes. */
final class FollowCodec {
    private static final int START = 1;
    private static final int ACK = 2;
    private static final int PAGE = 3;
    private static final int CHANGED = 4;
    private static final int ASK = 5;
    private static final int POSITION = 6;
    private static final int FIRST = 1;
    private static final int LAST = 2;

    private FollowCodec() {}

    static void write(ByteWriter to, FollowMessage message) {
        if (message instanceof FollowMessage.Start start) {
            to.writeByte(START);
            to.writeVarLong(start.stream());
            to.writeVarLong(start.revision());
            to.writeVarInt(start.prefixes().size());
            start.prefixes().forEach(to::writeString);
        } else if (message instanceof FollowMessage.Ack ack) {
            to.writeByte(ACK);
            to.writeVarLong(ack.stream());
            to.writeVarLong(ack.sequence());
        } else if (message instanceof FollowMessage.Page page) {
            to.writeByte(PAGE);
            to.writeVarLong(page.stream());
            to.writeVarLong(page.sequence());
            to.writeVarLong(page.revision());
            to.writeByte((page.first() ? FIRST : 0) | (page.last() ? LAST : 0));
            to.writeVarInt(page.entries().size());
            page.entries().forEach(entry -> EventCodec.writeKeyValue(to, entry));
        } else if (message instanceof FollowMessage.Changed changed) {
            to.writeByte(CHANGED);
            to.writeVarLong(changed.stream());
            to.writeVarLong(changed.sequence());
            to.writeVarLong(changed.revision());
            to.writeVarInt(changed.events().size());
            changed.events().forEach(event -> EventCodec.writeEvent(to, event));
            writeStatus(to, changed.status());
        } else if (message instanceof FollowMessage.Ask ask) {
            to.writeByte(ASK);
            to.writeVarLong(ask.stream());
        } else if (message instanceof FollowMessage.Position position) {
            to.writeByte(POSITION);
            to.writeVarLong(position.stream());
            to.writeVarLong(position.revision());
        }
    }

    static FollowMessage read(ByteReader from) {
        int type = from.readByte();
        long stream = from.readVarLong();
        FollowMessage message = switch (type) {
            case START -> new FollowMessage.Start(stream, from.readVarLong(), list(from, ByteReader::readString));
            case ACK -> new FollowMessage.Ack(stream, from.readVarLong());
            case PAGE -> readPage(from, stream);
            case CHANGED ->
                new FollowMessage.Changed(
                        stream,
                        from.readVarLong(),
                        from.readVarLong(),
                        list(from, EventCodec::readEvent),
                        readStatus(from));
            case ASK -> new FollowMessage.Ask(stream);
            case POSITION -> new FollowMessage.Position(stream, from.readVarLong());
            default -> throw from.expected("a follow message type from 1 to 6, not " + type);
        };
        from.expectEnd();
        return message;
    }

    private static FollowMessage readPage(ByteReader from, long stream) {
        long sequence = from.readVarLong();
        long revision = from.readVarLong();
        int flags = from.readByte();
        List<KeyValue> entries = list(from, EventCodec::readKeyValue);
        return new FollowMessage.Page(stream, sequence, revision, (flags & FIRST) != 0, (flags & LAST) != 0, entries);
    }

    private static void writeStatus(ByteWriter to, FollowMessage.Status status) {
        to.writeVarLong(status.clusterTimeMillis());
        Leader leader = status.leader();
        to.writeByte(leader == null ? 0 : 1);
        if (leader != null) {
            EventCodec.writeLeader(to, leader);
        }
        to.writeVarInt(status.sessions().size());
        status.sessions().forEach(session -> EventCodec.writeSession(to, session));
    }

    private static FollowMessage.Status readStatus(ByteReader from) {
        long time = from.readVarLong();
        Leader leader = from.readByte() == 0 ? null : EventCodec.readLeader(from);
        List<Session> sessions = list(from, EventCodec::readSession);
        return new FollowMessage.Status(time, leader, sessions);
    }

    private static <T> List<T> list(ByteReader from, Function<ByteReader, T> element) {
        List<T> list = new ArrayList<>();
        for (int left = from.readCount(1); left > 0; left--) {
            list.add(element.apply(from));
        }
        return list;
    }

    /** About how long a change is on the wire, in bytes. */
    static int length(WatchEvent event) {
        return event.key().length() + (event instanceof WatchEvent.Put put ? length(put.entry()) : 16);
    }

    /** About how long a key is on the wire, in bytes. */
    static int length(KeyValue entry) {
        return entry.key().length() + entry.value().length + 32;
    }
}
